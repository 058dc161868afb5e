import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { FsDatastore } from '../fs/fs-datastore.ts'

export const fsKind = defineKind({
  kind: 'fs',
  label: 'Folder',
  help: 'Keeps values in files of a folder. Layout strata holds every key; plain shows the files as they are.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a folder')
      .meta({ format: 'folder-path' })
      .describe('The folder. A relative path starts from the folder of the stack file.'),
    layout: z
      .enum(['strata', 'plain'])
      .default('strata')
      .describe(
        'strata: any key, safe names. plain: the path is the key, for folders with files of their own.',
      ),
    durability: z
      .enum(['none', 'file', 'full'])
      .default('none')
      .describe(
        'What a put waits for. none: the system. file: the file is on disk. full: its folder entry too.',
      ),
    create: z
      .boolean()
      .optional()
      .describe('Make the folder when it is missing. Default: yes for strata, no for plain.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    followLinks: z
      .boolean()
      .default(false)
      .describe('Follow symbolic links that stay within the folder; others are refused always.'),
  }),
  children: 'none',
  open: async ({ path, ...options }, _children, context) => {
    try {
      return await FsDatastore.open(resolve(context.baseDirectory ?? '.', path), options)
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
