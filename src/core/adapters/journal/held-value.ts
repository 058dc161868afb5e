import { sameBytes } from '../../bytes.ts'
import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { isNotFound } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { RecordedValue } from './journal-entry.ts'
import type { IntendedChange, Outcome } from './record-codec.ts'

/** What a key holds now. */
export interface HeldValue {
  readonly value: RecordedValue
  /** Absent where there is no value. */
  readonly etag?: string | undefined
}

/** What a key holds, its value only if it has no more than `limit` bytes. */
export async function heldValue(
  store: BinaryDatastore,
  key: Key,
  limit: number,
  options: CallOptions,
): Promise<HeldValue> {
  try {
    const { etag, size } = await store.stat(key, options)
    // The etag is the first of the two, so that a write which matches it replaces what is read here and nothing else.
    const bytes = size > limit ? undefined : await store.get(key, { ...options, fresh: true })
    const value = bytes === undefined || bytes.length > limit ? 'too-large' : bytes
    return { value, etag }
  } catch (error) {
    if (isNotFound(error)) return { value: 'absent' }
    throw error
  }
}

/** The bytes that have to be read to tell whether a key holds one of these values. */
export function lengthToCompare(...values: readonly RecordedValue[]): number {
  return Math.max(0, ...values.map(value => (value instanceof Uint8Array ? value.length : 0)))
}

/** Whether two values are known to be the same; of one that was not recorded nothing is known. */
export function isSame(one: RecordedValue, other: RecordedValue): boolean {
  return one !== 'too-large' && areSame(one, other)
}

/** What became of a change, by what was seen at the key after it and before the next one. */
export function outcomeOf({ before, after, etag }: IntendedChange, seen: HeldValue): Outcome {
  // Some stores begin to count their versions anew when they open, so an etag alone says too little.
  const isSameVersion = etag !== undefined && seen.etag === etag
  if (isSameVersion && (before === 'too-large' || isSame(before, seen.value))) return 'not-made'
  if (isSame(after, seen.value)) return 'made'
  return isSame(before, seen.value) ? 'not-made' : 'unknown'
}

/** What became of a change, by what the key holds now. */
export async function outcomeNow(store: BinaryDatastore, change: IntendedChange): Promise<Outcome> {
  const { key, before, after } = change
  return outcomeOf(change, await heldValue(store, key, lengthToCompare(before, after), {}))
}

function areSame(a: RecordedValue, b: RecordedValue): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : sameBytes(a, b)
}
