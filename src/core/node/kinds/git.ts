import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { GitDatastore } from '../engines/git/git-datastore.ts'
import { findRepository } from '../engines/git/place.ts'

const text = (what: string) => z.string().min(1, `it needs ${what}`).optional()

/** The kind of nodes that are branches of git repositories, for a custom `Registry`. */
export const gitKind = defineKind({
  kind: 'git',
  label: 'Git',
  help:
    'Shows the files of a branch of a git repository; each write is a commit. A commit or a tag can be opened read-only. ' +
    'Needs the program git or the package isomorphic-git.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a folder')
      .meta({ format: 'folder-path' })
      .describe(
        'The repository: a bare one, or a working tree. A relative path starts from the folder of the stack file.',
      ),
    branch: text('the name of a branch').describe('Default: the branch that is checked out there.'),
    at: text('the name of a commit or a tag').describe(
      'Show this commit or tag read-only, instead of a branch.',
    ),
    authorName: text('a name').describe('The author of the commits. Default: user.name of git.'),
    authorEmail: text('an address').describe('The email address of the author. Default: user.email of git.'),
    durability: z
      .enum(['none', 'full'])
      .default('none')
      .describe(
        'What a put waits for. none: the operating system has the value. full: the value is on the device.',
      ),
    create: z.boolean().default(true).describe('Create a bare repository or the branch if it is missing.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
  }),
  children: 'none',
  data: ['path', 'branch', 'at'],
  recognition: {
    place: async path => {
      const found = await findRepository(path).catch(() => undefined)
      return found === undefined ? undefined : { path, create: false }
    },
  },
  open: async ({ path, authorName, authorEmail, ...options }, _children, context) => {
    try {
      const author = { name: authorName, email: authorEmail }
      return await GitDatastore.open(resolve(context.baseDirectory ?? '.', path), {
        ...options,
        author,
        inline: context.inlineFiles,
      })
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
