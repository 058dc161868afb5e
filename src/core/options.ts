import { type DatastoreError, failure } from './errors.ts'

/** Whether a value is accepted for an option, and what would be, in words: `a whole number from 1 up`. */
export interface OptionRule {
  readonly expected: string
  accepts(this: void, value: unknown): boolean
}

/** A whole number. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): OptionRule {
  const upTo = most === Number.MAX_SAFE_INTEGER ? 'up' : `to ${most}`
  return {
    expected: `a whole number from ${least} ${upTo}`,
    accepts: value => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  }
}

/** The same, or `Infinity` for no limit. */
export function wholeNumberOrInfinity(least: number): OptionRule {
  const { accepts } = wholeNumber(least)
  return {
    expected: `a whole number from ${least} up, or Infinity`,
    accepts: value => value === Infinity || accepts(value),
  }
}

/** A number from `least` up, `Infinity` included. */
export function numberFrom(least: number): OptionRule {
  return {
    expected: `a number from ${least} up`,
    accepts: value => typeof value === 'number' && value >= least,
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
 * Refuses a wrong value of an option. An option that is `undefined` has its default and is not looked at.
 * @param action What fails, as a message says it: `open a cache`.
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

export function optionFailure(action: string, state: string): DatastoreError {
  return failure('CONFIG_INVALID', action, undefined, state)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
