import type { CallOptions } from './datastore.ts'
import { type DatastoreError, failure } from './errors.ts'
import type { Key } from './key.ts'

/** Whether a value is valid for an option, and a description of valid values: `a whole number from 1 up`. */
interface OptionRule {
  readonly expected: string
  accepts(this: void, value: unknown): boolean
}

/** A whole number. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): OptionRule {
  const upTo = max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`
  return {
    expected: `a whole number from ${min} ${upTo}`,
    accepts: value => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
  }
}

/** A whole number, or `Infinity` for no limit. */
export function wholeNumberOrInfinity(min: number): OptionRule {
  const { accepts } = wholeNumber(min)
  return {
    expected: `a whole number from ${min} up, or Infinity`,
    accepts: value => value === Infinity || accepts(value),
  }
}

/** A number from `least` up, `Infinity` included. */
export function numberFrom(min: number): OptionRule {
  return {
    expected: `a number from ${min} up`,
    accepts: value => typeof value === 'number' && value >= min,
  }
}

/** A number over zero, `Infinity` included. */
export const positiveNumber: OptionRule = {
  expected: 'a number over 0',
  accepts: value => typeof value === 'number' && value > 0,
}

export function oneOf(choices: readonly string[]): OptionRule {
  return {
    expected: choices.map(choice => JSON.stringify(choice)).join(' or '),
    accepts: value => typeof value === 'string' && choices.includes(value),
  }
}

/**
 * Checks the values of options. An option that is `undefined` has its default and is not checked.
 * @param action What fails, as in messages: `open a cache`.
 * @throws DatastoreError `CONFIG_INVALID`
 */
export function checkOptions<O extends object>(
  action: string,
  options: O,
  rules: Readonly<Partial<Record<keyof O & string, OptionRule>>>,
): void {
  for (const [name, rule] of Object.entries<OptionRule | undefined>(rules)) {
    const value: unknown = options[name as keyof O]
    if (rule === undefined || value === undefined || rule.accepts(value)) continue
    throw optionFailure(action, `${name} is ${rule.expected}, not ${shown(value)}`)
  }
}

function optionFailure(action: string, state: string): DatastoreError {
  return failure('CONFIG_INVALID', action, undefined, state)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** @throws DatastoreError `KEY_INVALID` for the root, which holds no value. */
export function refuseRoot(action: string, key: Key): void {
  if (key.isRoot) throw failure('KEY_INVALID', action, key, 'the root holds no value')
}

/** The options that a call passes to every call it makes: its signal and its span. */
export function contextOf({ signal, span }: CallOptions): CallOptions {
  return { signal, span }
}

/** The maximum timeout of a timer in milliseconds, nearly 25 days. A timer with a longer one fires at once. */
export const MAX_TIMER = 2 ** 31 - 1
