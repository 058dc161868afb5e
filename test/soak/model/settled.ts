import type { PossibleState } from './possible-state.ts'

/** What each key holds that holds something, as serial numbers of values. */
export type Settled = ReadonlyMap<string, number>

/** What a state says where it is known of each key what it holds. */
export function settled(state: PossibleState): Settled {
  return new Map(state.keys.map(key => [key, [...state.of(key)][0] ?? 0]))
}

/** Where two differ, in words; empty where they do not. */
export function differences(found: Settled, expected: Settled): string {
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter(key => found.get(key) !== expected.get(key))
    .map(key => `${key} holds ${found.get(key) ?? 'nothing'}, not ${expected.get(key) ?? 'nothing'}`)
    .join(', ')
}
