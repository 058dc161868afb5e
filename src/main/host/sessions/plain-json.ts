import { DatastoreError } from '../../../core/errors.ts'
import { encodeMessage } from '../../../shared/message-pack.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { BadInputError } from '../calls/describe-failure.ts'

/** Bytes of what pages are told of one session: a list of as many sessions as may be open still fits into a message. */
const MAX_INFO_BYTES = 512 * 1024

/**
 * Refuses a stack that pages cannot be told of: in a list of all sessions it would hide the others.
 * @throws DatastoreError `UNSUPPORTED`
 */
export function assertCarriable(info: SessionInfo): void {
  const state = problemOf(info)
  if (state === undefined) return
  throw new DatastoreError(
    'UNSUPPORTED',
    `Cannot open the stack ${JSON.stringify(info.name.slice(0, 80))}: ${state}`,
  )
}

function problemOf(info: SessionInfo): string | undefined {
  try {
    // As deep as in the answer to a call.
    const { length } = encodeMessage([[[[[info]]]]])
    return length > MAX_INFO_BYTES ? `its document is too large to be shown (${length} bytes)` : undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be sent to a page'
  }
}

/**
 * Refuses what JSON cannot say: structured clone carries maps, dates and big integers, too.
 * @param document Without cycles, and not nested too deep for the stack.
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
