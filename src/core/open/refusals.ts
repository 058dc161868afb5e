import { failure, NotFoundError } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Options } from './call.ts'
import type { Refused } from './store.ts'

/** Checks the conditions of a write against the version that it would replace. */
export function checkConditions(
  etag: string | undefined,
  { ifMatch, create, replace }: Options,
): Refused | undefined {
  if (ifMatch !== undefined && etag !== ifMatch) return 'changed'
  if (!create && etag === undefined) return 'absent'
  if (!replace && etag !== undefined) return 'exists'
  return undefined
}

/** How a refusal is reported to a caller. */
export const REFUSALS = {
  absent: { code: 'NOT_FOUND', state: 'there is no such key' },
  exists: { code: 'ALREADY_EXISTS', state: 'there is a value already' },
  changed: { code: 'CONFLICT', state: 'the value was changed in the meantime' },
} as const

/** The error for a refusal. */
export function refusalError(refused: Refused, action: string, key: Key): Error {
  if (refused === 'absent') return new NotFoundError(action, key)
  const { code, state } = REFUSALS[refused]
  return failure(code, action, key, state)
}

/** Why a call did nothing, by its answer; `undefined` if it took effect. */
export function refusedOf(answer: unknown): Refused | undefined {
  if (answer === undefined) return 'absent'
  if (answer === 'absent' || answer === 'exists' || answer === 'changed') return answer
  if (typeof answer !== 'object' || answer === null || !('refused' in answer)) return undefined
  return answer.refused as Refused | undefined
}
