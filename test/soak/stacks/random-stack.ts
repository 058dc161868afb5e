import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Random } from '../random.ts'
import { type Bounds, FAULT, MEMORY, RandomOptions, WRAPPERS } from './random-options.ts'

/** The position in a stack for which a node is generated. */
interface Place {
  /** How many more levels of nodes may be below it. */
  readonly depth: number
  /** Its values must be present after the stack was closed and opened again. */
  readonly isDurable: boolean
  /** No node above walks the whole store below for each of its listings: two of them would walk it a thousand times. */
  readonly mayWalk: boolean
  /** No node above distinguishes keys that differ only in case, so they may become one here. */
  readonly mayMerge: boolean
  /** A key may be refused permanently. Writes that were acknowledged above must not be. */
  readonly mayRefuse: boolean
}

type Node = StackNodeDocument

/** Wrappers of one store that return keys and values unchanged. */
const ANY_WRAPPERS: readonly [Node, ...Node[]] = [
  ...WRAPPERS,
  FAULT,
  FAULT,
  { kind: 'compressed', by: 'gzip' },
  { kind: 'compressed', by: 'brotli' },
  { kind: 'encrypted' },
]

/** Layouts that hold every key of a history. */
const LAYOUTS: readonly [Node, ...Node[]] = [
  { kind: 'fs', layout: 'strata' },
  { kind: 'fs', layout: 'strata' },
  { kind: 'fs', layout: 'datastore-fs' },
  // It reads `:` as `/`.
  { kind: 'without-colons', store: { kind: 'fs', layout: 'py-datastore' } },
]

/** Its keys have one segment of few characters. */
const FLATFS: Node = { kind: 'flat-names', store: { kind: 'fs', layout: 'flatfs' } }

/** Engines that store a folder or a file. */
const EMBEDDED = ['leveldb', 'lmdb', 'sqlite'] as const

/** Numbers the stores in a server, which outlive their stacks. */
let prefixes = 0

/** The parts of stacks. */
export interface StackLimits {
  /** The process may be killed: then no upper tier outlives it, which may be stale, and leaves are folders. */
  readonly mayDie?: boolean | undefined
  /**
   * Servers for them: a node of each, without the options that separate its keys from those of other nodes.
   */
  readonly servers?: readonly Node[] | undefined
  /** Every leaf is in a server. */
  readonly onServers?: boolean | undefined
}

/** Generates stacks of every kind of node. */
export class RandomStacks {
  readonly #random: Random
  readonly #options: RandomOptions
  readonly #mayDie: boolean
  readonly #servers: readonly Node[]
  readonly #onServers: boolean
  #folders = 0

  constructor(random: Random, { mayDie = false, servers = [], onServers = false }: StackLimits = {}) {
    this.#random = random
    this.#options = new RandomOptions(random)
    this.#mayDie = mayDie
    this.#servers = servers
    this.#onServers = onServers
  }

  /**
   * A stack up to `depth` nodes deep that accepts every key but mount points, and loses values only if
   * allowed.
   */
  node(depth: number, isDurable: boolean): Node {
    const root = this.#node({ depth, isDurable, mayMerge: true, mayRefuse: true, mayWalk: true })
    // At the root it can be checked by its undo.
    return this.#random.chance(0.2) ? this.#journal(root) : root
  }

  #node(place: Place): Node {
    const random = this.#random
    if (place.depth <= 1 || random.chance(0.08)) return this.#leaf(place)
    const below = { ...place, depth: place.depth - 1 }
    const apart = { ...below, mayMerge: false }
    switch (random.below(13)) {
      case 0:
      case 1:
        return this.#tiered(apart)
      case 2:
      case 3: {
        // Keys can be moved if no shard refuses any.
        const shard = { ...apart, mayRefuse: place.mayRefuse && random.chance(0.3) }
        return {
          kind: 'sharded',
          ...this.#options.placing(),
          shards: this.#several(1, 3, () => this.#node(shard)),
        }
      }
      case 4:
        return place.mayRefuse ? { kind: 'mount', mounts: this.#mounts(apart) } : this.#wrapper(below)
      case 5:
        return { kind: 'namespace', prefix: random.pick(['/ns', '/x', '/m/n']), store: this.#node(below) }
      case 6: {
        if (!place.mayWalk) return this.#wrapper(below)
        const sizes = { depth: 1 + random.below(3), length: 1 + random.below(2) }
        return { kind: 'nested-path', ...sizes, store: this.#node({ ...below, mayWalk: false }) }
      }
      case 7: {
        const negative = random.chance(0.5) ? { negativeTtl: 60_000 } : {}
        const bounds = random.pick<Bounds>([this.#options.entries(), { maxBytes: 2000 }, { ttl: 1 }])
        const policy = random.pick(['lru', 'lfu'])
        return { kind: 'cache', ...bounds, policy, ...negative, store: this.#node(apart) }
      }
      case 8:
        return { kind: 'symlink', stores: [this.#node(apart), this.#leaf(apart)] }
      case 9:
        return { kind: 'directory-tree', stores: [this.#node(apart), this.#leaf(apart)] }
      case 10:
        if (place.mayMerge && random.chance(0.5)) return { kind: 'lowercase', store: this.#node(apart) }
        return place.mayRefuse && random.chance(0.1)
          ? { kind: 'read-only', store: this.#node(apart) }
          : this.#wrapper(below)
      default:
        return this.#wrapper(below)
    }
  }

  /** Usually one that keeps all of a history. */
  #journal(store: Node): Node {
    const random = this.#random
    const bounds = random.chance(0.2) ? { maxBytes: 20_000 } : {}
    return random.chance(0.5)
      ? { kind: 'journal', log: `journal-${this.#folders++}`, ...bounds, store }
      : { kind: 'memory-journal', ...bounds, store }
  }

  #wrapper(below: Place): Node {
    if (this.#random.chance(0.15)) return this.#journal(this.#node(below))
    return { ...this.#random.pick(ANY_WRAPPERS), store: this.#node(below) }
  }

  #leaf({ isDurable, mayRefuse, mayWalk }: Place): Node {
    const random = this.#random
    if (this.#onServers) return this.#engine()
    if (!isDurable && random.chance(0.5)) return MEMORY
    if (!this.#mayDie && random.chance(0.3)) return this.#engine()
    if (mayRefuse && !this.#mayDie && random.chance(0.1)) return this.#repository()
    if (mayRefuse && random.chance(0.25)) return this.#folder({ kind: 'fs', layout: 'plain' })
    return this.#folder(mayWalk && random.chance(0.15) ? FLATFS : random.pick(LAYOUTS))
  }

  /** Its keys are files and folders, as in layout `plain`. */
  #repository(): Node {
    const author = { authorName: 'Ann', authorEmail: 'ann@example.org' }
    return { kind: 'git', path: `repository-${this.#folders++}`, ...author }
  }

  #engine(): Node {
    const random = this.#random
    const isServer = this.#onServers || random.chance(0.4)
    if (isServer && this.#servers.length > 0) {
      const server = this.#servers[random.below(this.#servers.length)] as Node
      const own = `stack_${prefixes++}`
      const place = {
        redis: { prefix: own },
        etcd: { prefix: `${own}/` },
        memcached: { prefix: `${own}/` },
        mongodb: { collection: own },
        s3: { url: `${String(server['url'])}/${own}` },
      }[server.kind] ?? { table: own }
      return { ...server, layout: 'strata', ...place }
    }
    const durability = random.chance(0.15) ? { durability: random.pick(['none', 'full']) } : {}
    return { kind: random.pick(EMBEDDED), path: `engine-${this.#folders++}`, ...durability }
  }

  #folder(node: Node): Node {
    const below = node['store'] as Node | undefined
    return below === undefined
      ? { ...node, path: `folder-${this.#folders++}`, create: true, ...this.#durability() }
      : { ...node, store: this.#folder(below) }
  }

  #durability(): object {
    return this.#random.chance(0.15) ? this.#options.durability() : {}
  }

  #tiered(place: Place): Node {
    const random = this.#random
    const mode = random.chance(0.25) ? 'write-back' : this.#options.mode()
    const isBack = mode === 'write-back'
    const few = random.pick<Bounds>([
      { maxUnflushedEntries: 1 + random.below(5) },
      { maxUnflushedBytes: 1000 },
    ])
    const bounds = isBack && random.chance(0.5) ? few : {}
    const last = this.#node({ ...place, mayRefuse: place.mayRefuse && !isBack })
    return {
      kind: 'tiered',
      mode,
      ...bounds,
      tiers: [...this.#several(1, 2, () => this.#upper(place)), last],
    }
  }

  /** An upper tier may lose any value. It must not outlive the stack if it can fail: then it may be stale. */
  #upper(place: Place): Node {
    const random = this.#random
    if (random.chance(0.15)) return { kind: 'null' }
    if (this.#mayDie || random.chance(0.8)) return this.#options.upper()
    return place.isDurable ? this.#leaf(place) : this.#node({ ...place, depth: Math.min(place.depth, 2) })
  }

  #mounts(place: Place): Readonly<Record<string, Node>> {
    const points = ['/x', '/m', '/m/n', '/a/b'].filter(() => this.#random.chance(0.4))
    return Object.fromEntries(['/', ...points].map(point => [point, this.#node(place)]))
  }

  #several(least: number, most: number, make: () => Node): Node[] {
    return Array.from({ length: least + this.#random.below(most - least + 1) }, make)
  }
}
