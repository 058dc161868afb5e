import type { Key } from '../../../core/key.ts'
import type { Target } from './new-names.ts'
import type { RootList } from './root-list.ts'
import type { Root } from './roots.ts'

/** One root with its target. The root stays if the target is `undefined` or a problem. */
export interface RootStep {
  readonly root: Root
  readonly target: Target | undefined
}

export type TargetOf = (root: Key, signal: AbortSignal) => Promise<Target | undefined>

/** Where a killed action is continued. */
export interface ListPosition {
  /** The last root that was handled in its turn; -1 for none. */
  readonly after: number
  /** Later roots that were handled before their turn. */
  readonly early: ReadonlySet<number>
}

interface Link {
  readonly index: number
  readonly target: Target | undefined
}

/**
 * The roots of a list in an order in which each finds its new name free: if root A takes the name of root B, B comes
 * first. Roots that take each other's names in a circle stay. For a root that comes before its turn, `place` is that of
 * the root before the one whose turn it is: a killed action that is continued checks the latter again. A root may only
 * be handled once the roots before it have left the name that it takes.
 */
export async function* vacating(
  list: RootList,
  targetOf: TargetOf,
  signal: AbortSignal,
  { after, early: handled }: ListPosition = { after: -1, early: new Set() },
): AsyncIterable<RootStep> {
  const early = new Set(handled)
  for (let index = after + 1; index < list.length; index++) {
    if (early.delete(index)) continue
    const chain: Link[] = await chainFrom(index)
    for (const link of chain.toReversed()) {
      const isInTurn = link.index === index
      if (!isInTurn) early.add(link.index)
      const root = { ...list.at(link.index), place: { part: isInTurn ? index : index - 1 } }
      yield { root, target: link.target }
    }
  }

  /** The root, the root that has its new name, the root that has the new name of that one, and so on. */
  async function chainFrom(first: number): Promise<Link[]> {
    const chain: Link[] = [{ index: first, target: await targetOf(list.at(first).key, signal) }]
    const places = new Map([[first, 0]])
    for (;;) {
      const key = chain.at(-1)?.target?.key
      const next = key === undefined ? -1 : list.indexOf(key)
      // The name is free, or belongs to no root, or to a root that was handled.
      if (next < first || early.has(next)) return chain
      const place = places.get(next)
      if (place !== undefined) return [...chain.slice(0, place), ...chain.slice(place).map(inCircle)]
      const target = await targetOf(list.at(next).key, signal)
      // The root that has the name stays, so the name is not free.
      if (target?.key === undefined) return chain
      places.set(next, chain.length)
      chain.push({ index: next, target })
    }
  }

  function inCircle({ index, target }: Link): Link {
    const problem = `"${target?.key?.toString() ?? ''}" is taken: the keys would take each other's names in a circle`
    return { index, target: { problem } }
  }
}
