import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Random } from '../random.ts'

type Node = StackNodeDocument

/** Options with small or short values. */
export type Bounds = Readonly<Record<string, number>>

export const MEMORY: Node = { kind: 'memory' }
export const FAULT: Node = { kind: 'fault' }

/** Wrappers that pass on the data of the store below, keep none and never fail; their options are quick. */
export const WRAPPERS: readonly [Node, ...Node[]] = [
  { kind: 'retry', attempts: 3, delay: 0.1, maxDelay: 1 },
  { kind: 'timeout', milliseconds: 120_000 },
  { kind: 'rate-limit', perSecond: 1_000_000 },
  { kind: 'metrics' },
  { kind: 'logging' },
]

const MODES = ['write-through', 'write-around', 'write-back'] as const
const FUNCTIONS = ['jump', 'modulo', 'rendezvous', 'prefix', 'suffix', 'next-to-last'] as const

/** Generates options of nodes, for stacks and for changes of stacks. */
export class RandomOptions {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** The shard function. */
  placing() {
    return { by: this.#random.pick(FUNCTIONS), characters: 1 + this.#random.below(3) }
  }

  mode() {
    return this.#random.pick(MODES)
  }

  durability() {
    return { durability: this.#random.pick(['none', 'file', 'full']) }
  }

  /** Few entries. */
  entries(): Bounds {
    return { maxEntries: 1 + this.#random.below(6) }
  }

  attempts(): Bounds {
    return { attempts: 2 + this.#random.below(3) }
  }

  /** An upper tier that ends with its stack: it may lose any value, or fail. */
  upper(): Node {
    const random = this.#random
    switch (random.below(6)) {
      case 0:
        return { ...MEMORY, ...this.entries(), policy: random.pick(['lru', 'lfu']) }
      case 1:
        return { ...MEMORY, ...random.pick<Bounds>([{ maxBytes: 500 + random.below(2000) }, { ttl: 1 }]) }
      case 2:
        return { ...FAULT, store: MEMORY }
      default:
        return MEMORY
    }
  }
}
