import type { Span } from '../../../core/adapters/trace/span.ts'
import type { StackNode } from '../../../core/stack/stack.ts'
import type { ReadStep } from '../../../shared/procedures/residency.ts'

const READS: ReadonlySet<string> = new Set(['get', 'getStream'])

/** The spans of one read. */
export class ReadSpans {
  readonly #root: number
  readonly #nodes: ReadonlyMap<string, StackNode>
  readonly #spans: Span[] = []
  /** Whether a copy answered with a value that differs from the one in the store. */
  differs = false

  /** @param root The id of the span that the read is part of. */
  constructor(root: number, nodes: readonly StackNode[]) {
    this.#root = root
    this.#nodes = new Map(nodes.map(node => [node.id, node]))
  }

  add(span: Span): void {
    this.#spans.push(span)
  }

  /** The steps of the read, in the order in which they began. */
  get steps(): readonly ReadStep[] {
    return this.#stepsBelow(this.#root)
  }

  /** Whether the value was read only from places that keep it, not from a copy. */
  get isOwn(): boolean {
    const hits = this.steps.filter(({ outcome }) => outcome === 'hit')
    return hits.length > 0 && hits.every(({ node }) => this.#isOwner(node))
  }

  /** Upper tiers that should get a copy of the value, and for which no put was reported yet. */
  get missingCopies(): readonly string[] {
    return this.#reads.flatMap(({ id, node, outcome }) => {
      const children = this.#nodes.get(node)?.children ?? []
      if (this.#nodes.get(node)?.kind !== 'tiered' || outcome !== 'ok') return []
      const answered = this.#below(id).find(span => READS.has(span.verb) && span.outcome === 'ok')
      const upper = children.slice(
        0,
        Math.max(
          0,
          children.findIndex(child => child.id === answered?.node),
        ),
      )
      const copied = new Set(this.#below(id).flatMap(span => (span.verb === 'put' ? [span.node] : [])))
      return upper.map(child => child.id).filter(child => !copied.has(child))
    })
  }

  /** Caches that a read went through to the store below. */
  get passedCaches(): readonly string[] {
    return this.#reads.flatMap(({ id, node, outcome }) =>
      this.#nodes.get(node)?.kind === 'cache' && outcome === 'ok' && this.#readsBelow(id).length > 0
        ? [node]
        : [],
    )
  }

  /** Whether a node keeps values itself: it has no children, and in every tiered store above it is in the last tier. */
  #isOwner(id: string): boolean {
    const node = this.#nodes.get(id)
    if (node === undefined || node.children.length > 0) return false
    const isBelow = (above: StackNode): boolean => above.id === id || above.children.some(isBelow)
    return [...this.#nodes.values()].every(
      ({ kind, children }) => kind !== 'tiered' || children.slice(0, -1).every(upper => !isBelow(upper)),
    )
  }

  get #reads(): readonly Span[] {
    return this.#spans.filter(({ verb }) => READS.has(verb))
  }

  #below(parent: number): readonly Span[] {
    return this.#spans
      .filter(span => span.parent === parent)
      .toSorted((a, b) => a.start - b.start || a.id - b.id)
  }

  #readsBelow(parent: number): readonly Span[] {
    return this.#below(parent).filter(({ verb }) => READS.has(verb))
  }

  #stepsBelow(parent: number): readonly ReadStep[] {
    return this.#below(parent).flatMap(span => {
      if (span.verb === 'put') return [stepOf(span, span.outcome === 'ok' ? 'copied' : 'not-copied')]
      return READS.has(span.verb) ? this.#stepsOf(span) : []
    })
  }

  #stepsOf(span: Span): readonly ReadStep[] {
    const below = this.#stepsBelow(span.id)
    const asked = this.#readsBelow(span.id)
    if (asked.length === 0) return [stepOf(span, outcomeOf(span)), ...below]
    const node = this.#nodes.get(span.node)
    if (node?.kind === 'cache') return [{ node: span.node, outcome: 'miss' }, ...below]
    return [...this.#passedIn(node, asked), ...below]
  }

  /** Tiers above the first one that was asked. They were skipped, because their copies are known to be stale. */
  #passedIn(node: StackNode | undefined, asked: readonly Span[]): readonly ReadStep[] {
    if (node?.kind !== 'tiered') return []
    const first = node.children.findIndex(({ id }) => asked.some(span => span.node === id))
    return node.children.slice(0, Math.max(0, first)).map(({ id }) => ({ node: id, outcome: 'passed' }))
  }
}

function outcomeOf({ outcome }: Span): ReadStep['outcome'] {
  if (outcome === 'ok') return 'hit'
  return outcome === 'NOT_FOUND' ? 'miss' : 'failed'
}

function stepOf({ node, duration, bytes }: Span, outcome: ReadStep['outcome']): ReadStep {
  return { node, outcome, duration, ...(bytes !== undefined && { bytes }) }
}
