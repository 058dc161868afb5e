import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { isLevelFolder } from '../engines/leveldb/level-folder.ts'
import { LevelDatastore } from '../engines/leveldb/leveldb-datastore.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are LevelDB folders, for a custom `Registry`. */
export const leveldbKind = defineKind({
  kind: 'leveldb',
  label: 'LevelDB',
  help:
    'Keeps values in a LevelDB folder, as datastore-level and go-ds-leveldb do. One program at a time can have it open; ' +
    'read-only shows a copy beside that program. Needs the package classic-level.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a folder')
      .meta({ format: 'folder-path' })
      .describe('The folder. A relative path starts from the folder of the stack file.'),
    ...keyLayoutFields,
    durability: z
      .enum(['none', 'full'])
      .default('none')
      .describe(
        'What a put waits for. none: the operating system has the value. full: the value is on the device.',
      ),
    create: z.boolean().default(true).describe('Create the folder if it is missing.'),
    readOnly: z
      .boolean()
      .default(false)
      .describe('Show a copy of the folder, made when it is opened. Nothing in the folder is changed.'),
  }),
  children: 'none',
  data: ['path', 'layout', 'separator', 'leading', 'prefix', 'readOnly'],
  recognition: { place: async path => ((await isLevelFolder(path)) ? { path, create: false } : undefined) },
  open: async ({ path, ...options }, _children, context) => {
    try {
      const folder = resolve(context.baseDirectory ?? '.', path)
      return await LevelDatastore.open(folder, { ...options, inline: context.inlineFiles })
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
