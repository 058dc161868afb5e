import type { NodeStatus } from '../../../core/stack/kind.ts'
import type { SessionStatus } from '../../../shared/procedures/sessions.ts'

/** The latest status of the nodes of one stack. */
export class StackStatus {
  readonly #nodes = new Map<string, NodeStatus>()
  /** Called after each change. */
  onChange: () => void = () => undefined

  readonly note = (node: string, change: NodeStatus): void => {
    this.#nodes.set(node, { ...this.#nodes.get(node), ...change })
    this.onChange()
  }

  /**
   * The combined status.
   * @param nodes The current nodes of the stack.
   */
  of(nodes: readonly { readonly id: string }[]): SessionStatus {
    const statuses = nodes.flatMap(({ id }) => this.#nodes.get(id) ?? [])
    const [lost] = statuses.flatMap(status => status.lost ?? []).sort((a, b) => a.since - b.since)
    const indexing = statuses.flatMap(status => status.indexing ?? [])
    return { ...(lost && { lost }), ...(indexing.length > 0 && { indexing: sumOf(indexing) }) }
  }
}

type Indexing = NonNullable<SessionStatus['indexing']>

function sumOf(parts: readonly NonNullable<NodeStatus['indexing']>[]): Indexing {
  const keys = parts.reduce((sum, part) => sum + part.keys, 0)
  const of = parts.reduce<number | undefined>((sum, part) => add(sum, part.of), 0)
  return { keys, ...(of !== undefined && { of }) }
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}
