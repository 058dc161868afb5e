import type { Leaf } from '../leaf.ts'
import type { Nfa } from './nfa.ts'

/** No continuation from here matches. */
const DEAD = 0
/** Every continuation from here matches. */
const HIT = 1
const START = 2
const UNKNOWN = 0xffff

/** The maximum number of states. With more, all are dropped and created again when needed. */
const MAX_STATES = 4000

/**
 * Matches keys in time linear in their bytes, regardless of the pattern. States are sets of states of the NFA and are
 * created when keys lead to them (Thompson's simulation, with a cache). A key is matched as its text: `/`, then its
 * names.
 */
export class LazyDfa {
  readonly #nfa: Nfa
  readonly #mostStates: number
  #table = new Uint16Array(64 * 256)
  /** The states of the NFA that each state represents. */
  #sets: (readonly number[])[] = []
  #acceptsAtEnd: boolean[] = []
  readonly #numbers = new Map<string, number>()
  /** The states after the leading `/` of every text. */
  readonly #first: readonly number[]
  /** `HIT` or `DEAD` if the leading `/` already decides. */
  #start = START

  constructor(nfa: Nfa, mostStates = MAX_STATES) {
    this.#nfa = nfa
    this.#mostStates = mostStates
    const before = this.#closure([nfa.start], 'start')
    this.#first = before.includes(nfa.accept) ? before : this.#afterByte(before, 0)
    this.#restart()
  }

  /** Calls `hit` with the number of each key from `from` to `to` that matches. */
  match({ bytes, offsets }: Leaf, from: number, to: number, hit: (index: number) => void): void {
    let table = this.#table
    let start = this.#start
    let at = offsets[from] as number
    for (let index = from; index < to; index++) {
      const end = (offsets[index + 1] as number) - 1
      let state = start
      for (; at < end; at++) {
        const byte = bytes[at] as number
        let next = table[(state << 8) | byte] as number
        if (next === UNKNOWN) {
          next = this.#make(state, byte)
          table = this.#table
          start = this.#start
        }
        state = next
        if (state < START) break
      }
      at = end + 1
      if (state === HIT || (state !== DEAD && this.#acceptsAtEnd[state] === true)) hit(index)
    }
  }

  #make(state: number, byte: number): number {
    const set = this.#afterByte(this.#sets[state] as readonly number[], byte)
    if (this.#sets.length >= this.#mostStates) {
      this.#restart()
      return this.#numberOf(set)
    }
    const next = this.#numberOf(set)
    this.#table[(state << 8) | byte] = next
    return next
  }

  #restart(): void {
    this.#numbers.clear()
    this.#sets = [[], []]
    this.#acceptsAtEnd = [false, true]
    this.#table.fill(UNKNOWN).fill(DEAD, 0, 256).fill(HIT, 256, 512)
    this.#start = this.#numberOf(this.#first)
  }

  #numberOf(set: readonly number[]): number {
    if (set.length === 0) return DEAD
    if (set.includes(this.#nfa.accept)) return HIT
    const id = set.join()
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const number = this.#sets.push(set) - 1
    this.#acceptsAtEnd.push(this.#closure(set, 'end').includes(this.#nfa.accept))
    this.#numbers.set(id, number)
    if (this.#sets.length * 256 > this.#table.length) {
      const larger = new Uint16Array(this.#table.length * 2).fill(UNKNOWN)
      larger.set(this.#table)
      this.#table = larger
    }
    return number
  }

  #afterByte(set: readonly number[], byte: number): readonly number[] {
    const next: number[] = []
    for (const state of set)
      for (const { low, high, to } of this.#nfa.states[state]?.edges ?? [])
        if (byte >= low && byte <= high) next.push(to)
    return this.#closure(next)
  }

  /** The states reachable without a byte, in order, as far as they have edges or conditions. */
  #closure(from: readonly number[], at?: 'start' | 'end'): readonly number[] {
    const seen = new Set<number>()
    const waiting = [...from]
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      if (seen.has(state)) continue
      seen.add(state)
      const found = this.#nfa.states[state]
      if (found !== undefined && (found.at === undefined || found.at === at)) waiting.push(...found.free)
    }
    return [...seen].filter(state => this.#isMeaningful(state)).sort((a, b) => a - b)
  }

  #isMeaningful(state: number): boolean {
    const found = this.#nfa.states[state]
    return state === this.#nfa.accept || found?.at === 'end' || (found?.edges.length ?? 0) > 0
  }
}
