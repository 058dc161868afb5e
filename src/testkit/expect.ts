import { AssertionError } from 'node:assert'
import { isDeepStrictEqual } from 'node:util'
import { Key } from '../core/key.ts'

type Class = abstract new (...args: never[]) => unknown

/** Assertions about a value. Each method throws an `AssertionError` if it does not hold. */
interface Expectation {
  toBe(expected: unknown): void
  /** Deep equality. A field that is `undefined` counts as absent, and a `Buffer` as its bytes. */
  toEqual(expected: unknown): void
  /** Deep equality of the fields that `expected` has. */
  toMatchObject(expected: object): void
  toMatch(expected: RegExp): void
  /** For a text or a list. */
  toContain(expected: unknown): void
  toContainEqual(expected: unknown): void
  toHaveLength(expected: number): void
  toBeInstanceOf(expected: Class): void
  toBeDefined(): void
  toBeUndefined(): void
  toBeLessThanOrEqual(expected: number): void
  toBeGreaterThan(expected: number): void
  toBeGreaterThanOrEqual(expected: number): void
  /** Calls the value, which must throw an instance of `expected`. */
  toThrow(expected: Class): void
  /** Awaits the value, which must reject. */
  readonly rejects: {
    toBeInstanceOf(expected: Class): Promise<void>
    toMatchObject(expected: object): Promise<void>
  }
}

/** The assertions of the suite. They have the names of vitest's and need no test runner. */
export function expect(actual: unknown, message?: string): Expectation {
  const check = (holds: boolean, operator: string, expected: unknown, shown: unknown = actual) => {
    if (holds) return
    // Node's own message shows the difference between both values.
    const options = { actual: shown, expected, operator: 'deepStrictEqual' }
    const difference = new AssertionError(options).message
    throw new AssertionError({ ...options, operator, message: `${message ?? operator}\n${difference}` })
  }
  const rejection = () =>
    (actual as Promise<unknown>).then(
      value => check(false, 'rejects', 'a rejected promise', value),
      (reason: unknown) => reason,
    )
  return {
    toBe: expected => check(Object.is(actual, expected), 'toBe', expected),
    toEqual: expected => check(isEqual(actual, expected), 'toEqual', plain(expected), plain(actual)),
    toMatchObject: expected => {
      const chosen = only(actual, expected)
      check(isEqual(chosen, expected), 'toMatchObject', expected, chosen)
    },
    toMatch: expected => check(expected.test(String(actual)), 'toMatch', expected),
    toContain: expected =>
      check(
        typeof actual === 'string' ? actual.includes(String(expected)) : listOf(actual).includes(expected),
        'toContain',
        expected,
      ),
    toContainEqual: expected =>
      check(
        listOf(actual).some(item => isEqual(item, expected)),
        'toContainEqual',
        expected,
      ),
    toHaveLength: expected => {
      const { length } = actual as { readonly length: number }
      check(length === expected, 'toHaveLength', expected, length)
    },
    toBeInstanceOf: expected => check(actual instanceof expected, 'toBeInstanceOf', expected),
    toBeDefined: () => check(actual !== undefined, 'toBeDefined', 'a value'),
    toBeUndefined: () => check(actual === undefined, 'toBeUndefined', undefined),
    toBeLessThanOrEqual: expected => check((actual as number) <= expected, 'toBeLessThanOrEqual', expected),
    toBeGreaterThan: expected => check((actual as number) > expected, 'toBeGreaterThan', expected),
    toBeGreaterThanOrEqual: expected =>
      check((actual as number) >= expected, 'toBeGreaterThanOrEqual', expected),
    toThrow: expected => {
      const thrown = errorOf(actual as () => unknown)
      check(thrown instanceof expected, 'toThrow', expected, thrown)
    },
    rejects: {
      toBeInstanceOf: async expected => expect(await rejection(), message).toBeInstanceOf(expected),
      toMatchObject: async expected => expect(await rejection(), message).toMatchObject(expected),
    },
  }
}

/** The error that a call throws; `undefined` if it throws none. */
export function errorOf(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

function isEqual(actual: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(plain(actual), plain(expected))
}

/** Converts a value so that equal values are deeply and strictly equal. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof Key) return `Key ${value.toString()}`
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]))
}

/** The fields of a value that are in `pattern`, at every depth. */
function only(value: unknown, pattern: object): unknown {
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(pattern).map(([name, expected]: [string, unknown]) => {
    const field: unknown = (value as Record<string, unknown>)[name]
    return [name, isRecord(expected) ? only(field, expected) : field]
  })
  return Object.fromEntries(fields)
}

/** Whether a value is a plain object of fields, not a date, an error or similar. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function listOf(value: unknown): readonly unknown[] {
  return value as readonly unknown[]
}
