import type { Pattern, UnitRange } from './pattern.ts'

/** An edge to the state `to` for a byte from `low` to `high`. */
export interface ByteEdge {
  readonly low: number
  readonly high: number
  readonly to: number
}

/** One state. `free` are edges without a byte, taken if the condition holds. */
export interface NfaState {
  readonly edges: ByteEdge[]
  readonly free: number[]
  readonly at?: 'start' | 'end' | undefined
}

/** A pattern over the bytes of keys. */
export interface Nfa {
  readonly states: readonly NfaState[]
  readonly start: number
  readonly accept: number
}

const MAX_STATES = 20_000

/** @throws TypeError where the pattern is too large. */
export function nfaOf(pattern: Pattern): Nfa {
  const builder = new NfaBuilder()
  const accept = builder.state()
  return { states: builder.states, start: builder.before(pattern, accept), accept }
}

/** Builds backwards: each part is given the state that follows it. */
class NfaBuilder {
  readonly states: NfaState[] = []

  state(at?: NfaState['at']): number {
    if (this.states.length >= MAX_STATES) throw new TypeError('The pattern is too large')
    return this.states.push({ edges: [], free: [], at }) - 1
  }

  /** The state from which `pattern` leads to `next`. */
  before(pattern: Pattern, next: number): number {
    switch (pattern.type) {
      case 'unit':
        return this.#unit(pattern.ranges, next)
      case 'sequence':
        return pattern.of.reduceRight((following, part) => this.before(part, following), next)
      case 'choice':
        return this.#free(pattern.of.map(part => this.before(part, next)))
      case 'repeat':
        return this.#repeat(pattern.of, pattern.min, pattern.max, next)
      case 'start':
      case 'end':
        return this.#free([next], pattern.type)
    }
  }

  #free(to: readonly number[], at?: NfaState['at']): number {
    const state = this.state(at)
    this.#stateOf(state).free.push(...to)
    return state
  }

  #repeat(of: Pattern, min: number, max: number, next: number): number {
    let entry = next
    let rest = min
    if (max === Infinity) {
      const again = this.#free([next])
      const body = this.before(of, again)
      this.#stateOf(again).free.push(body)
      entry = min === 0 ? again : body
      rest = Math.max(0, min - 1)
    } else for (let times = min; times < max; times++) entry = this.#free([next, this.before(of, entry)])
    for (let times = 0; times < rest; times++) entry = this.before(of, entry)
    return entry
  }

  #unit(ranges: readonly UnitRange[], next: number): number {
    const state = this.state()
    // Most characters end in the same ranges of bytes, so they share those states.
    const shared = new Map<string, number>()
    const before = (following: number, [low, high]: ByteRange): number => {
      const id = `${low} ${high} ${following}`
      const known = shared.get(id)
      if (known !== undefined) return known
      const middle = this.state()
      this.#stateOf(middle).edges.push({ low, high, to: following })
      shared.set(id, middle)
      return middle
    }
    for (const [from, until] of ranges) {
      for (const [[low, high], ...rest] of byteRangesOf(from, until))
        this.#stateOf(state).edges.push({ low, high, to: rest.reduceRight(before, next) })
    }
    return state
  }

  #stateOf(state: number): NfaState {
    return this.states[state] as NfaState
  }
}

type ByteRange = readonly [number, number]
type ByteRanges = readonly [ByteRange, ...ByteRange[]]

const SLASH = 0x2f

/**
 * The bytes of all code units from `low` to `high`, as sequences of ranges. `/` divides names, so it is the byte 00.
 */
function byteRangesOf(low: number, high: number): ByteRanges[] {
  const found: ByteRanges[] = []
  const within = (from: number, to: number): UnitRange | undefined => {
    const [start, end] = [Math.max(low, from), Math.min(high, to)]
    return start <= end ? [start, end] : undefined
  }
  const escaped = within(0, 1)
  if (escaped !== undefined)
    found.push([
      [1, 1],
      [escaped[0] + 1, escaped[1] + 1],
    ])
  for (const [from, to] of [
    [2, SLASH - 1],
    [SLASH + 1, 0x7f],
  ] as const) {
    const plain = within(from, to)
    if (plain !== undefined) found.push([plain])
  }
  if (within(SLASH, SLASH) !== undefined) found.push([[0, 0]])
  for (const [from, to, width, lead] of [
    [0x80, 0x7ff, 2, 0xc0],
    [0x800, 0xffff, 3, 0xe0],
  ] as const) {
    const wide = within(from, to)
    if (wide !== undefined) found.push(...continued(wide[0], wide[1], width, lead))
  }
  return found
}

/** The numbers from `low` to `high`, six bits in each byte; `lead` marks the first byte. */
function continued(low: number, high: number, width: number, lead: number): ByteRanges[] {
  if (width === 1) return [[[lead | low, lead | high]]]
  const bits = 6 * (width - 1)
  const mask = 2 ** bits - 1
  const [first, last] = [low >> bits, high >> bits]
  if (first === last)
    return continued(low & mask, high & mask, width - 1, 0x80).map(rest => [
      [lead | first, lead | first],
      ...rest,
    ])
  if ((low & mask) !== 0)
    return [...continued(low, low | mask, width, lead), ...continued((first + 1) << bits, high, width, lead)]
  if ((high & mask) !== mask)
    return [...continued(low, (last << bits) - 1, width, lead), ...continued(last << bits, high, width, lead)]
  return continued(0, mask, width - 1, 0x80).map(rest => [[lead | first, lead | last], ...rest])
}
