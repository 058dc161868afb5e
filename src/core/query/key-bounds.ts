import { Key } from '../key.ts'
import type { Condition } from './query.ts'

/** Bounds of the matching keys, both inclusive. */
export interface KeyBounds {
  readonly first: Key | undefined
  readonly last: Key | undefined
}

/**
 * Bounds derived from conditions on the key, so that a walk can skip everything else. They only narrow the walk: every
 * condition is still checked for each entry.
 */
export function keyBoundsOf(where: readonly Condition[]): KeyBounds {
  let first: Key | undefined
  let last: Key | undefined
  for (const condition of where) {
    if (!('field' in condition) || condition.field !== 'key') continue
    const { low, high } = boundsOf(condition)
    if (low !== undefined && (first === undefined || Key.compare(low, first) > 0)) first = low
    if (high !== undefined && (last === undefined || Key.compare(high, last) < 0)) last = high
  }
  return { first, last }
}

function boundsOf(condition: Extract<Condition, { readonly field: string }>): { low?: Key; high?: Key } {
  if (condition.op === 'in') {
    const texts = condition.value.filter(value => typeof value === 'string')
    const [low, ...rest] = texts.map(Key.parse).sort(Key.compare)
    return low === undefined ? {} : { low, high: rest.at(-1) ?? low }
  }
  if (!('value' in condition) || typeof condition.value !== 'string') return {}
  switch (condition.op) {
    case '=':
      return { low: Key.parse(condition.value), high: Key.parse(condition.value) }
    case '>':
    case '>=':
      return { low: Key.parse(condition.value) }
    case '<':
    case '<=':
      return { high: Key.parse(condition.value) }
    default:
      return {}
  }
}
