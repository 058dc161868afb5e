import type { Random } from '../random.ts'

export type PutMode = 'any' | 'create' | 'replace' | 'match'
export type PutSource = 'bytes' | 'chunks' | 'slow' | 'breaks'

/** A step of a batch: a put of the value with this serial number, or a delete if it is 0. */
export interface Step {
  readonly key: string
  readonly serial: number
}

/** One call of a history, as plain data that prints briefly. */
export type Operation =
  | {
      readonly verb: 'put'
      readonly key: string
      readonly serial: number
      readonly mode: PutMode
      readonly source: PutSource
    }
  | { readonly verb: 'putNew'; readonly key: string; readonly serial: number }
  | { readonly verb: 'get'; readonly key: string }
  | { readonly verb: 'has' | 'stat'; readonly key: string }
  | {
      readonly verb: 'stream'
      readonly key: string
      readonly start?: number
      readonly end?: number
      readonly isLeft: boolean
    }
  | { readonly verb: 'delete'; readonly key: string; readonly missingOk: boolean }
  | { readonly verb: 'rename'; readonly key: string; readonly to: string; readonly replace: boolean }
  | { readonly verb: 'getMany' | 'deleteMany'; readonly keys: readonly string[] }
  | { readonly verb: 'putMany' | 'batch'; readonly steps: readonly Step[] }
  | { readonly verb: 'list'; readonly key: string; readonly limit: number; readonly reverse: boolean }
  | { readonly verb: 'query'; readonly key: string }
  | { readonly verb: 'sync' }

/** Above, below and beside one another, and some in capitals. */
export const KEYS = [
  '/a',
  '/b',
  '/a/b',
  '/a/b/c',
  '/a-b',
  '/x',
  '/x/y',
  '/x/y/z',
  '/m/n',
  '/m/n/o',
  '/m/p',
  '/c:d',
  '/deep/er/and/deeper',
  '/A',
  '/X/y',
] as const satisfies readonly string[]

const PREFIXES = ['/', '/a', '/x', '/m', '/m/n', '/deep', '/nowhere'] as const

/** Generates calls, each put with a value of its own. */
export class Operations {
  readonly #random: Random
  #serial: number

  /** @param serial The last serial number in use. */
  constructor(random: Random, serial = 0) {
    this.#random = random
    this.#serial = serial
  }

  /** A call on one key. @param mayMatch Whether it may be a combination of two calls. */
  single(mayMatch = true): Operation {
    const random = this.#random
    const key = random.pick(KEYS)
    const kind = random.below(12)
    if (kind < 5) return this.#put(key, mayMatch)
    if (kind < 7) return { verb: random.pick(['get', 'get', 'has', 'stat']), key }
    if (kind < 8) return this.#stream(key)
    if (kind < 10) return { verb: 'delete', key, missingOk: random.chance(0.5) }
    if (kind < 11) return { verb: 'putNew', key, serial: ++this.#serial }
    return { verb: 'get', key }
  }

  /** A write of one key. */
  singleWrite(): Operation {
    const random = this.#random
    const kind = random.below(8)
    if (kind < 5) return this.#put(random.pick(KEYS), false)
    if (kind < 7) return { verb: 'delete', key: random.pick(KEYS), missingOk: random.chance(0.5) }
    return { verb: 'putNew', key: random.pick(KEYS), serial: ++this.#serial }
  }

  /** Any write. */
  write(): Operation {
    const random = this.#random
    const kind = random.below(8)
    if (kind < 3) return this.singleWrite()
    if (kind < 6) return this.#rename()
    return { verb: 'batch', steps: this.#steps(0.4) }
  }

  /** Any call at all. */
  any(): Operation {
    const random = this.#random
    const kind = random.below(16)
    if (kind < 8) return this.single()
    if (kind < 10) return this.#rename()
    if (kind === 10) return { verb: random.pick(['getMany', 'deleteMany']), keys: random.picks(KEYS, 3) }
    if (kind === 11) return { verb: 'batch', steps: this.#steps(0.4) }
    if (kind === 12) return { verb: 'putMany', steps: this.#steps(0) }
    if (kind === 13) {
      const limit = random.pick([1, 2, 3, 1000])
      return { verb: 'list', key: random.pick(PREFIXES), limit, reverse: random.chance(0.3) }
    }
    if (kind === 14) return { verb: 'query', key: random.pick(PREFIXES) }
    return random.chance(0.3) ? { verb: 'sync' } : this.single()
  }

  #rename(): Operation {
    const random = this.#random
    return { verb: 'rename', key: random.pick(KEYS), to: random.pick(KEYS), replace: random.chance(0.6) }
  }

  #put(key: string, mayMatch = true): Operation {
    // The stat and the put of a put that matches an etag are two calls.
    const mode = this.#random.pick<PutMode>([
      'any',
      'any',
      'any',
      'create',
      'replace',
      mayMatch ? 'match' : 'any',
    ])
    const source = this.#random.pick<PutSource>(['bytes', 'bytes', 'bytes', 'chunks', 'slow', 'breaks'])
    return { verb: 'put', key, serial: ++this.#serial, mode, source }
  }

  #stream(key: string): Operation {
    const random = this.#random
    const isLeft = random.chance(0.3)
    if (random.chance(0.5)) return { verb: 'stream', key, isLeft }
    const start = random.below(500)
    return { verb: 'stream', key, start, end: start + random.below(100_000), isLeft }
  }

  #steps(deletes: number): readonly Step[] {
    return this.#random
      .picks(KEYS, 1 + this.#random.below(4))
      .map(key => ({ key, serial: this.#random.chance(deletes) ? 0 : ++this.#serial }))
  }
}
