import { DatastoreError } from '../../../core/errors.ts'
import { encodeMessage } from '../../../shared/message-pack.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { BadInputError } from '../calls/describe-failure.ts'

/**
 * The maximum number of bytes of one session's description, so that a list of all open sessions fits into a message.
 */
const MAX_INFO_BYTES = 512 * 1024

/**
 * Refuses a stack whose description is too large: it would make the list of all sessions unsendable.
 * @throws DatastoreError `UNSUPPORTED`
 */
export function assertSendable(info: SessionInfo): void {
  const state = problemOf(info)
  if (state === undefined) return
  throw new DatastoreError(
    'UNSUPPORTED',
    `Cannot open the stack ${JSON.stringify(info.name.slice(0, 80))}: ${state}`,
  )
}

function problemOf(info: SessionInfo): string | undefined {
  try {
    // Nested as deep as in the answer to a call.
    const { length } = encodeMessage([[[[[info]]]]])
    return length > MAX_INFO_BYTES ? `its document is too large to be shown (${length} bytes)` : undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be sent to a page'
  }
}

/**
 * Refuses values that JSON cannot represent: structured clone also supports maps, dates and big integers.
 * @param document Without cycles, and not nested too deep for the call stack.
 * @throws BadInputError
 */
export function assertPlainJson(document: unknown): void {
  if (document === null || typeof document === 'string' || typeof document === 'boolean') return
  if (typeof document === 'number' && Number.isFinite(document)) return
  if (!isPlain(document))
    throw new BadInputError('A stack document is plain JSON: text, numbers, lists, objects')
  for (const item of Object.values(document)) assertPlainJson(item)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}
