import type { PossibleState } from './possible-state.ts'

/** The value of each key that holds one, as a serial number. */
export type Settled = ReadonlyMap<string, number>

/** The contents of a state if the value of each key is known. */
export function settled(state: PossibleState): Settled {
  return new Map(state.keys.map(key => [key, [...state.of(key)][0] ?? 0]))
}

/** A description of the differences; empty if there are none. */
export function differences(found: Settled, expected: Settled): string {
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter(key => found.get(key) !== expected.get(key))
    .map(key => `${key} holds ${found.get(key) ?? 'nothing'}, not ${expected.get(key) ?? 'nothing'}`)
    .join(', ')
}
