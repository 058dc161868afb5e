import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { FsDatastore } from '../fs/fs-datastore.ts'

const SHARDING = /^(\/repo\/flatfs\/shard\/)?v1\/(prefix|suffix|next-to-last)\/[1-9]\d{0,2}$/

export const fsKind = defineKind({
  kind: 'fs',
  label: 'Folder',
  help:
    'Keeps values in files of a folder. Layout strata holds every key; plain shows the files as they are; the other ' +
    'layouts are those of Kubo, js-stores and py-datastore.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a folder')
      .meta({ format: 'folder-path' })
      .describe('The folder. A relative path starts from the folder of the stack file.'),
    layout: z
      .enum(['strata', 'plain', 'flatfs', 'datastore-fs', 'py-datastore'])
      .default('strata')
      .describe(
        'strata: any key, with safe file names. plain: the path of a file is its key, for folders of other programs. ' +
          'flatfs: blocks of Kubo. datastore-fs, py-datastore: folders of those libraries.',
      ),
    sharding: z
      .string()
      .regex(SHARDING, 'it should be like /repo/flatfs/shard/v1/next-to-last/2')
      .optional()
      .meta({
        description:
          'Layout flatfs only: the shard function of a new folder. Default: /repo/flatfs/shard/v1/next-to-last/2.',
        'x-applies': { layout: ['flatfs'] },
      }),
    extension: z
      .string()
      .regex(/^\.[0-9A-Za-z_-]{1,16}$/, 'it should be a dot and letters, as .data')
      .optional()
      .meta({
        description:
          'Layouts datastore-fs and py-datastore only: the extension of value files. Default: the one that is found, or .data.',
        'x-applies': { layout: ['datastore-fs', 'py-datastore'] },
      }),
    durability: z
      .enum(['none', 'file', 'full'])
      .default('none')
      .describe(
        'What a put waits for. none: the operating system has the value. file: the file is on the device. full: its folder entry too.',
      ),
    create: z
      .boolean()
      .optional()
      .describe('Create the folder if it is missing. Default: yes, except for plain.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    followLinks: z
      .boolean()
      .default(false)
      .describe('Follow symbolic links that stay within the folder. Other links are always refused.'),
  }),
  children: 'none',
  data: ['path', 'layout', 'sharding', 'extension'],
  open: async ({ path, ...options }, _children, context) => {
    try {
      return await FsDatastore.open(resolve(context.baseDirectory ?? '.', path), {
        ...options,
        inline: context.inlineFiles,
        setAside: context.setAside,
      })
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
