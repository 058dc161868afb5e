import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { LmdbDatastore } from '../engines/lmdb/lmdb-datastore.ts'
import { isLmdb } from '../engines/lmdb/lmdb-file.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are LMDB files, for a custom `Registry`. */
export const lmdbKind = defineKind({
  kind: 'lmdb',
  label: 'LMDB',
  help:
    'Keeps values in an LMDB file, which several programs can have open. Files that stock LMDB wrote are shown read-only. ' +
    'Needs the package lmdb.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a folder or file')
      .meta({ format: 'folder-path' })
      .describe(
        'The folder with data.mdb, or the file. A relative path starts from the folder of the stack file. A new path ' +
          'becomes a folder, unless it ends in .mdb or .lmdb.',
      ),
    ...keyLayoutFields,
    database: z
      .string()
      .min(1, 'it needs the name of a database')
      .optional()
      .describe('The name of a database in the file. Default: its main database.'),
    durability: z
      .enum(['none', 'full'])
      .default('none')
      .describe('What a put waits for. none: other readers see the value. full: the value is on the device.'),
    create: z.boolean().default(true).describe('Create the folder or file if it is missing.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
  }),
  children: 'none',
  data: ['path', 'layout', 'separator', 'leading', 'prefix', 'database'],
  recognition: { place: async path => ((await isLmdb(path)) ? { path, create: false } : undefined) },
  open: async ({ path, ...options }, _children, context) => {
    try {
      return await LmdbDatastore.open(resolve(context.baseDirectory ?? '.', path), options)
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
