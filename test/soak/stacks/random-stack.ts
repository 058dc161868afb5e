import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Random } from '../random.ts'

/** Where in a stack a node is made up for. */
interface Place {
  /** How many nodes deep it may still go. */
  readonly depth: number
  /** What is kept here must be there after the stack was closed and opened again. */
  readonly isDurable: boolean
  /** No node above walks the whole store below for each of its listings: two of them would walk it a thousand times. */
  readonly mayWalk: boolean
  /** Nothing above tells keys apart that only differ in case, so that they may become one here. */
  readonly mayMerge: boolean
}

type Node = StackNodeDocument

const MEMORY = { kind: 'memory' }

/** Wrappers of one store that give back the keys and values they took; their options are quick, and never give up by themselves. */
const WRAPPERS: readonly [Node, ...Node[]] = [
  { kind: 'retry', attempts: 3, delay: 0.1, maxDelay: 1 },
  { kind: 'timeout', milliseconds: 120_000 },
  { kind: 'rate-limit', perSecond: 1_000_000 },
  { kind: 'fault' },
  { kind: 'fault' },
  { kind: 'metrics' },
  { kind: 'logging' },
  { kind: 'compressed', by: 'gzip' },
]

/** Makes up stacks of every kind of node. */
export class RandomStacks {
  readonly #random: Random
  #folders = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** A stack up to `depth` nodes deep that holds every key but mount points, and forgets only when it may. */
  node(depth: number, isDurable: boolean): Node {
    return this.#node({ depth, isDurable, mayMerge: true, mayWalk: true })
  }

  #node(place: Place): Node {
    const random = this.#random
    if (place.depth <= 1 || random.chance(0.08)) return this.#leaf(place)
    const below = { ...place, depth: place.depth - 1 }
    const apart = { ...below, mayMerge: false }
    switch (random.below(11)) {
      case 0:
      case 1:
        return {
          kind: 'tiered',
          tiers: [...this.#several(1, 2, () => this.#upper(apart)), this.#node(apart)],
        }
      case 2:
      case 3: {
        const by = random.pick(['jump', 'modulo', 'rendezvous'])
        return { kind: 'sharded', by, shards: this.#several(1, 3, () => this.#node(apart)) }
      }
      case 4:
        return { kind: 'mount', mounts: this.#mounts(apart) }
      case 5:
        return { kind: 'namespace', prefix: random.pick(['/ns', '/x', '/m/n']), store: this.#node(below) }
      case 6: {
        if (!place.mayWalk) return this.#wrapper(below)
        const sizes = { depth: 1 + random.below(3), length: 1 + random.below(2) }
        return { kind: 'nested-path', ...sizes, store: this.#node({ ...below, mayWalk: false }) }
      }
      case 7: {
        const negative = random.chance(0.5) ? { negativeTtl: 60_000 } : {}
        return { kind: 'cache', maxEntries: 1 + random.below(6), ...negative, store: this.#node(apart) }
      }
      case 8:
        return { kind: 'symlink', stores: [this.#node(apart), this.#leaf(apart)] }
      case 9:
        if (place.mayMerge && random.chance(0.5)) return { kind: 'lowercase', store: this.#node(apart) }
        return random.chance(0.1) ? { kind: 'read-only', store: this.#node(apart) } : this.#wrapper(below)
      default:
        return this.#wrapper(below)
    }
  }

  #wrapper(below: Place): Node {
    return { ...this.#random.pick(WRAPPERS), store: this.#node(below) }
  }

  #leaf({ isDurable }: Place): Node {
    if (!isDurable && this.#random.chance(0.5)) return MEMORY
    const layout = this.#random.pick(['strata', 'strata', 'plain'])
    return { kind: 'fs', path: `folder-${this.#folders++}`, layout, create: true }
  }

  /** An upper tier may forget whatever it likes. It must not outlive the stack where it can fail: then it may be stale. */
  #upper(place: Place): Node {
    const random = this.#random
    switch (random.below(6)) {
      case 0:
        return { kind: 'null' }
      case 1:
        return { ...MEMORY, maxEntries: 1 + random.below(4), policy: random.pick(['lru', 'lfu']) }
      case 2:
        return { ...MEMORY, maxBytes: 500 + random.below(2000) }
      case 3:
        return { kind: 'fault', store: MEMORY }
      case 4:
        return place.isDurable ? this.#leaf(place) : this.#node({ ...place, depth: Math.min(place.depth, 2) })
      default:
        return MEMORY
    }
  }

  #mounts(place: Place): Readonly<Record<string, Node>> {
    const points = ['/x', '/m', '/m/n', '/a/b'].filter(() => this.#random.chance(0.4))
    return Object.fromEntries(['/', ...points].map(point => [point, this.#node(place)]))
  }

  #several(least: number, most: number, make: () => Node): Node[] {
    return Array.from({ length: least + this.#random.below(most - least + 1) }, make)
  }
}

/** The nodes below one, each with the field or key that it stands under. */
function childrenOf(node: Node): readonly (readonly [name: string, child: Node])[] {
  return Object.values(node).flatMap(field => {
    if (isNode(field)) return [['', field] as const]
    if (typeof field !== 'object' || field === null) return []
    return Object.entries(field as Readonly<Record<string, unknown>>).flatMap(([name, child]) =>
      isNode(child) ? [[name, child] as const] : [],
    )
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value
}

/** Every node of a stack, each before its children. */
export function nodesOf(node: Node): readonly Node[] {
  return [node, ...childrenOf(node).flatMap(([, child]) => nodesOf(child))]
}

export function hasKind(node: Node, kind: string): boolean {
  return nodesOf(node).some(each => each.kind === kind)
}

/** A stack in a line: `tiered(memory, sharded(fs plain, fs strata))`. */
export function briefly(node: Node): string {
  const below = childrenOf(node).map(([name, child]) =>
    name.startsWith('/') ? `${name}: ${briefly(child)}` : briefly(child),
  )
  const what = node.kind === 'fs' ? `fs ${String(node['layout'])}` : node.kind
  return below.length === 0 ? what : `${what}(${below.join(', ')})`
}
