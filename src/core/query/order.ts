import { Key } from '../key.ts'
import { type Facts, readField } from './field.ts'
import type { ParsedOrder } from './parse-query.ts'

/** An item's position in an order: its key, and the fields of each order. */
export interface Placed {
  readonly key: Key
  readonly place: readonly unknown[]
}

/** The fields of one entry that the orders use. */
export function placeOf(orderBy: readonly ParsedOrder[], facts: Facts): readonly unknown[] {
  return orderBy.map(({ field }) => readField(field, facts))
}

/**
 * Compares by each order in turn, ties by key. Numbers come before texts, texts before `false`, `true` and `null`.
 * Absent fields, and values without an order, come last in either direction.
 */
export function comparePlaces(orderBy: readonly ParsedOrder[]): (a: Placed, b: Placed) => number {
  return (a, b) => {
    for (let index = 0; index < orderBy.length; index++) {
      const difference = compareValues(a.place[index], b.place[index], orderBy[index]?.descending === true)
      if (difference !== 0) return difference
    }
    return Key.compare(a.key, b.key)
  }
}

const ABSENT = 4

function compareValues(a: unknown, b: unknown, descending: boolean): number {
  const [left, right] = [rankOf(a), rankOf(b)]
  if (left === ABSENT || right === ABSENT) return left - right
  const difference = left === right ? compareSameType(a, b) : left - right
  return descending ? 0 - difference : difference
}

function compareSameType(a: unknown, b: unknown): number {
  if (a instanceof Key && b instanceof Key) return Key.compare(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return Number(a) - Number(b)
}

function rankOf(value: unknown): number {
  if (value === null) return 3
  if (typeof value === 'number') return Number.isNaN(value) ? ABSENT : 0
  if (typeof value === 'string') return 1
  if (typeof value === 'boolean') return 2
  return value instanceof Key ? 0 : ABSENT
}
