import { type Comparison, flatten } from './compare.ts'
import type { ParsedNode } from './parse.ts'

/** The keys that a change of a stack moves to other children of their nodes. */
export class Relocation {
  /** Nodes whose keys move, as they are after the change. They stay in use in the meantime. */
  readonly moving: readonly ParsedNode[]
  /** Ids of nodes that all keys leave, and that close afterwards. */
  readonly emptied: ReadonlySet<string>
  /** Nodes that keys must leave, and that the new document has as well. */
  readonly diverted: readonly ParsedNode[]
  /** Children in memory that the new document changes, so that their values would be lost. */
  readonly overwritten: readonly ParsedNode[]
  readonly #comparison: Comparison

  constructor(comparison: Comparison) {
    this.#comparison = comparison
    this.moving = [...comparison.after].filter(node => this.#mayMove(node))
    const left = this.moving.flatMap(node => this.#emptiedBy(node))
    const emptied = left.filter(child => this.#isGone(child)).flatMap(flatten)
    this.emptied = new Set(emptied.flatMap(node => (this.#isGone(node) ? [node.id] : [])))
    const isInMemory = (child: ParsedNode) => !this.#isGone(child) && comparison.isVolatile(child)
    this.overwritten = left.filter(isInMemory)
    // To lose values in memory requires a decision of its own.
    this.diverted = left
      .filter(child => !isInMemory(child))
      .flatMap(child => (this.#isGone(child) ? flatten(child).filter(one => !this.#isGone(one)) : [child]))
  }

  isMoving({ id }: ParsedNode): boolean {
    return this.moving.some(node => node.id === id)
  }

  #mayMove(node: ParsedNode): boolean {
    const { fates } = this.#comparison
    const before = this.#comparison.nodeBefore(node)
    return node.kind.placing !== undefined && fates.get(node.id) === 'changed' && before?.kind === node.kind
  }

  /** Children whose data no child has after the change. */
  #emptiedBy(after: ParsedNode): readonly ParsedNode[] {
    const children = this.#comparison.nodeBefore(after)?.children ?? []
    return children.filter(child => this.#comparison.successorOf(child, after.children) === undefined)
  }

  #isGone({ id }: ParsedNode): boolean {
    return this.#comparison.fates.get(id) === 'gone'
  }
}
