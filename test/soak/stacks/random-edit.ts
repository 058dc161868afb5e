import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { ApplyOptions } from '../../../src/core/stack/stack.ts'
import type { Random } from '../random.ts'
import { hasKind, mapped, mayRefuse, nodesOf } from './nodes.ts'
import { FAULT, MEMORY, RandomOptions, WRAPPERS } from './random-options.ts'

type Node = StackNodeDocument

/** A change of a running stack that leaves its data unchanged. */
export interface Edit {
  /** A description of the change, for the log. */
  readonly description: string
  readonly root: Node
  readonly options: ApplyOptions
  /** A store in it cannot be opened, so the change must fail. */
  readonly isBroken: boolean
  /** Keys move to other shards. */
  readonly isMoving: boolean
  /** Values that only memory holds would be lost, so it is refused if there are any. */
  readonly isLosing: boolean
}

/** One step of an edit. */
interface Step {
  readonly description: string
  readonly root: Node
  readonly isBroken?: boolean
  readonly isMoving?: boolean
  readonly isLosing?: boolean
  /** The only change is one added wrapper. */
  readonly isPlain?: boolean
}

/** Wrappers that can be removed from a store. */
const REMOVABLE = new Set(['retry', 'timeout', 'rate-limit', 'metrics', 'logging', 'fault', 'cache'])

/** Generates changes of stacks. */
export class RandomEdits {
  readonly #random: Random
  readonly #options: RandomOptions
  readonly #mayReshard: boolean
  #folders = 0

  /** @param mayReshard Whether keys may move to other shards, which continues after the change. */
  constructor(random: Random, mayReshard = true) {
    this.#random = random
    this.#options = new RandomOptions(random)
    this.#mayReshard = mayReshard
  }

  next(root: Node): Edit {
    const random = this.#random
    const steps: Step[] = []
    let next = root
    const take = (step: Step | undefined) => {
      if (step === undefined || misplacesForGood(next, step.root)) return
      steps.push(step)
      next = step.root
    }
    const count = 1 + random.below(3)
    for (let turn = 0; turn < count; turn++) take(this.#step(next))
    if (random.chance(0.2)) take(this.#break(next))
    const [first, ...others] = steps
    // A node without an id is matched by its place, or by equal options: here there is no similar new one.
    const isPlain = others.length === 0 && first?.isPlain === true
    if (isPlain && random.chance(0.3)) next = withoutIds(next)
    return {
      description: steps.map(({ description }) => description).join(', ') || 'nothing',
      root: next,
      options: {
        misplaced: 'move',
        keepStale: steps.some(({ isMoving }) => isMoving === true),
        streamWait: 10_000,
      },
      isBroken: steps.some(({ isBroken }) => isBroken === true),
      isMoving: steps.some(({ isMoving }) => isMoving === true),
      isLosing: steps.some(({ isLosing }) => isLosing === true),
    }
  }

  #step(root: Node): Step | undefined {
    const random = this.#random
    switch (random.below(12)) {
      case 0:
        return this.#relabel(root)
      case 1:
      case 2:
        return this.#wrap(root)
      case 3:
      case 4:
        return this.#unwrap(root)
      case 5:
        return this.#addTiers(root)
      case 6:
        return this.#retier(root)
      case 7:
        return this.#retier(root)
      case 8:
        return this.#mayReshard ? this.#reshard(root) : this.#retier(root)
      case 9:
        return this.#mayReshard ? this.#reshard(root) : this.#cache(root)
      case 10:
        return this.#cache(root)
      default:
        return this.#changeOptions(root)
    }
  }

  #relabel(root: Node): Step {
    const node = this.#any(root)
    const label = `Number ${this.#random.below(1000)}`
    return { description: `label ${node.kind}`, root: mapped(root, node, { ...node, label }) }
  }

  #wrap(root: Node): Step {
    const random = this.#random
    if (random.chance(0.1))
      return { description: 'wrap all in namespace', root: { kind: 'namespace', prefix: '/', store: root } }
    const node = this.#any(root)
    // Invalidating a persistent copy must not fail.
    const wrapper = !isCopy(root, node) && random.chance(0.3) ? FAULT : random.pick(WRAPPERS)
    return {
      isPlain: true,
      description: `wrap ${node.kind} in ${wrapper.kind}`,
      root: mapped(root, node, { ...wrapper, store: node }),
    }
  }

  #unwrap(root: Node): Step | undefined {
    const node = this.#one(
      root,
      ({ kind, ...more }) => REMOVABLE.has(kind) || (kind === 'namespace' && more['prefix'] === '/'),
    )
    if (node === undefined) return this.#wrap(root)
    return { description: `unwrap ${node.kind}`, root: mapped(root, node, node['store'] as Node) }
  }

  /**
   * An adapter that keeps copies by key must not be above nodes that treat several keys as one, or that keep
   * nothing.
   */
  #cache(root: Node): Step | undefined {
    const node = this.#one(root, one => !hasKind(one, 'lowercase') && one.kind !== 'null')
    if (node === undefined) return undefined
    const wrapper = { kind: 'cache', ...this.#options.entries() }
    return {
      description: `wrap ${node.kind} in cache`,
      root: mapped(root, node, { ...wrapper, store: node }),
    }
  }

  #addTiers(root: Node): Step | undefined {
    const node = this.#one(root, one => !hasKind(one, 'lowercase') && one.kind !== 'null')
    if (node === undefined) return undefined
    const mode = this.#mode(node)
    const tiered = { kind: 'tiered', mode, tiers: [this.#options.upper(), node] }
    return { description: `wrap ${node.kind} in tiers that ${mode}`, root: mapped(root, node, tiered) }
  }

  #mode(last: Node): string {
    const mode = this.#options.mode()
    return mode === 'write-back' && mayRefuse(last) ? 'write-through' : mode
  }

  /** Other tiers above the last one, in another order, or another mode. */
  #retier(root: Node): Step | undefined {
    const random = this.#random
    const node = this.#one(root, ({ kind }) => kind === 'tiered')
    if (node === undefined) return this.#addTiers(root)
    const tiers = node['tiers'] as readonly Node[]
    const [last, upper] = [tiers.at(-1) as Node, tiers.slice(0, -1)]
    const to = (description: string, next: Node): Step => ({ description, root: mapped(root, node, next) })
    switch (random.below(5)) {
      case 0:
        return to('put a tier in front', { ...node, tiers: [MEMORY, ...tiers] })
      case 1:
        return to('take the first tier away', { ...node, tiers: [...upper.slice(1), last] })
      case 2:
        return to('turn the tiers round', { ...node, tiers: [...upper.toReversed(), last] })
      case 3:
        return to('take the tiers away', last)
      default: {
        const mode = this.#mode(last)
        return to(`tiers ${mode}`, { ...node, mode })
      }
    }
  }

  #reshard(root: Node): Step | undefined {
    const random = this.#random
    const node = this.#one(root, one => one.kind === 'sharded' && !mayRefuse(one))
    if (node === undefined) return this.#wrap(root)
    const shards = node['shards'] as readonly Node[]
    const to = (description: string, more: object): Step => ({
      description,
      root: mapped(root, node, { ...node, ...more }),
      isMoving: true,
    })
    switch (random.below(4)) {
      case 0:
        return to('add a shard', { shards: [...shards, this.#folder()] })
      case 1: {
        if (shards.length < 2) return to('add a shard in front', { shards: [this.#folder(), ...shards] })
        const gone = random.below(shards.length)
        return to(`remove shard ${gone}`, { shards: shards.filter((_, index) => index !== gone) })
      }
      case 2:
        return to('turn the shards round', { shards: shards.toReversed() })
      default: {
        const placing = this.#options.placing()
        return to(`shard by ${placing.by}`, placing)
      }
    }
  }

  #changeOptions(root: Node): Step | undefined {
    const random = this.#random
    const node = this.#one(root, ({ kind }) => ['fs', 'retry', 'cache', 'memory', 'journal'].includes(kind))
    if (node === undefined) return undefined
    const to = (more: object, isLosing = false): Step => ({
      description: `${node.kind} with ${JSON.stringify(more)}`,
      root: mapped(root, node, { ...node, ...more }),
      isLosing,
    })
    switch (node.kind) {
      case 'fs':
        return to(this.#options.durability())
      case 'journal':
        return to({ durability: random.pick(['none', 'full']) })
      case 'retry':
        return to(this.#options.attempts())
      case 'cache':
        return to(this.#options.entries())
      default:
        return isCopy(root, node)
          ? to(this.#options.entries())
          : to({ maxEntries: 1_000_000 + random.below(10) }, true)
    }
  }

  /** A store that cannot be opened, or not be read. */
  #break(root: Node): Step {
    const random = this.#random
    const node = this.#any(root)
    const broken = random.pick<Node>([
      { kind: 'fails-to-open', store: node },
      { kind: 'fails-to-open', store: node },
      { kind: 'tiered', tiers: [{ kind: 'fs', path: 'no-such-folder', create: false }, node] },
      { kind: 'no-such-kind', store: node },
      { kind: 'timeout', milliseconds: 'never', store: node },
    ])
    return { description: `break by ${broken.kind}`, root: mapped(root, node, broken), isBroken: true }
  }

  #folder(): Node {
    const path = `shard-${this.#random.seed()}-${this.#folders++}`
    return { kind: 'fs', layout: 'strata', path, create: true }
  }

  #any(root: Node): Node {
    return this.#one(root, () => true) ?? root
  }

  #one(root: Node, test: (node: Node) => boolean): Node | undefined {
    const [first, ...others] = nodesOf(root).filter(test)
    return first && this.#random.pick<Node>([first, ...others])
  }
}

/** Whether a node is in a tier above the last one, whose values are copies. */
function isCopy(root: Node, node: Node): boolean {
  return nodesOf(root).some(({ kind, ...options }) => {
    if (kind !== 'tiered') return false
    const tiers = options['tiers'] as readonly Node[]
    return tiers.slice(0, -1).some(tier => nodesOf(tier).includes(node))
  })
}

/**
 * Whether keys would move to other shards, one of which may refuse them: rendezvous places them by the ids of
 * the shards.
 */
function misplacesForGood(before: Node, after: Node): boolean {
  const idsIn = (root: Node) =>
    new Map(
      nodesOf(root)
        .filter(node => node['by'] === 'rendezvous' && mayRefuse(node))
        .map(node => [node.id, (node['shards'] as readonly Node[]).map(({ id }) => id).join()]),
    )
  const ids = idsIn(before)
  return [...idsIn(after)].some(([id, shards]) => ids.get(id) !== shards)
}

function withoutIds(root: Node): Node {
  return JSON.parse(
    JSON.stringify(root, (name, value: unknown) => (name === 'id' ? undefined : value)),
  ) as Node
}
