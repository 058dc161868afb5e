import { resolve } from 'node:path'
import { z } from 'zod'
import { journal } from '../../adapters/journal/journal.ts'
import { MIN_JOURNAL_BYTES } from '../../adapters/journal/journal-log.ts'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind, onlyChild } from '../../stack/kind.ts'
import { fileJournal } from '../journal/file-journal.ts'

export const journalKind = defineKind({
  kind: 'journal',
  label: 'Journal',
  help:
    'Records every write with the value before and after, so that it can be undone. A write that cannot be recorded ' +
    'is refused.',
  schema: z.strictObject({
    log: z
      .string()
      .min(1, 'it needs the path of a folder')
      .meta({ format: 'folder-path' })
      .describe(
        'The folder of the journal, outside the folders of the stores below; created if it is missing. A relative path ' +
          'starts from the folder of the stack file. One program at a time can have it open.',
      ),
    maxBytes: z
      .number()
      .int()
      .min(MIN_JOURNAL_BYTES)
      .default(64 * 1024 * 1024)
      .meta({
        description: 'The size of the journal. The oldest entries are removed first.',
        'x-unit': 'bytes',
        'x-words': 'keeps {}',
      }),
    maxValueBytes: z
      .number()
      .int()
      .nonnegative()
      .optional()
      .meta({
        description:
          'The largest value that is recorded, at most an eighth of all; a write of a larger one cannot be undone. ' +
          'Default: an eighth, or 1 MiB.',
        'x-unit': 'bytes',
        'x-words': 'values up to {}',
      }),
    durability: z
      .enum(['none', 'full'])
      .default('none')
      .describe(
        'What a write waits for. none: the operating system has its record. full: the record is on the device.',
      ),
  }),
  children: 'one',
  childrenField: 'store',
  data: 'below',
  isExclusive: true,
  open: async ({ log: folder, maxBytes, maxValueBytes, durability }, children, context) => {
    const store = onlyChild(children, context.path)
    try {
      const log = await fileJournal(resolve(context.baseDirectory ?? '.', folder), { maxBytes, durability })
      try {
        return await journal(store, { log, maxValueBytes })
      } catch (error) {
        await log.close()
        throw error
      }
    } catch (error) {
      throw new ConfigError(`${context.path}.log`, messageOf(error), { cause: error })
    }
  },
})
