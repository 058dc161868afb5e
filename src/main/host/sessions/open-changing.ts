import { openStack } from '../../../core/node/stack.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { ChangeRecord } from './change-record.ts'
import { hostOf, nameOf, type OpenedStack, type OpenOptions } from './open-source.ts'
import { assertPlainJson } from './plain-json.ts'
import { StackStatus } from './stack-status.ts'
import type { UnfinishedChange } from './unfinished-changes.ts'

/**
 * Opens a stack whose keys an earlier run did not finish moving. Opens it with the document before the change, and
 * applies the change again, so that each key is found while keys are moved.
 * @param record Ends once every key has moved.
 */
export async function openChanging(
  source: Source,
  { before, after }: UnfinishedChange,
  record: ChangeRecord,
  options: OpenOptions,
  onBackgroundError: (error: unknown) => void,
): Promise<OpenedStack> {
  assertPlainJson(before)
  const status = new StackStatus()
  const stack = await openStack(before, hostOf(source, options, status))
  try {
    // `discard` and `keepStale` lose nothing: data in memory, and copies of other data, ended with the earlier process.
    await stack.apply(after, {
      discard: true,
      keepStale: true,
      misplaced: 'move',
      onBackgroundError,
      onMoved: () => void record.endOnceSettled(stack),
    })
  } catch (error) {
    await stack.close().catch(onBackgroundError)
    throw error
  }
  await record.endOnceSettled(stack)
  return { stack, name: nameOf(source), status }
}
