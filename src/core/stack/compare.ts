import type { ParsedNode } from './parse.ts'

/**
 * What a change of a stack does to a node. `rewired`: it continues over other nodes with the same data. `changed`: it
 * is opened again with the new options.
 */
export type Fate = 'kept' | 'rewired' | 'changed' | 'new' | 'gone'

/** Properties of a running node. */
export interface Running {
  readonly node: ParsedNode
  /** Whether its values are lost when it closes. */
  readonly isVolatile: boolean
  /** Whether the nodes below it can be replaced in place. */
  readonly canRewire: boolean
}

/** Compares the nodes of two documents by their ids. */
export class Comparison {
  /** By id, for both documents. */
  readonly fates: ReadonlyMap<string, Fate>
  /** Persistent nodes that may hold copies of values, and are put above other data by the change. */
  readonly stale: readonly ParsedNode[]
  readonly #before: Side
  readonly #after: Side
  readonly #running: ReadonlyMap<string, Running>

  /**
   * @param isMoving Whether the keys that a node would look for in other children are moved there, so that its data
   * stays the same.
   */
  constructor(before: ParsedNode, after: ParsedNode, running: ReadonlyMap<string, Running>, isMoving = true) {
    this.#running = running
    const kinds = new Map(flatten(after).map(({ id, kind }) => [id, kind]))
    const stays = ({ id, kind }: ParsedNode) => kinds.get(id) === kind && running.get(id)?.node.kind === kind
    const isMoved = (node: ParsedNode) => isMoving && node.kind.placing !== undefined && stays(node)
    const isVolatile = ({ id, kind }: ParsedNode): boolean => {
      const one = running.get(id)
      return one?.isVolatile === true && one.node.kind === kind
    }
    const names = new Map<string, string>()
    this.#before = new Side(before, { isVolatile, isMoved, stays }, names)
    this.#after = new Side(after, { isVolatile, isMoved, stays }, names)
    const fates = new Map<string, Fate>()
    for (const id of this.#before.nodes.keys()) if (!this.#after.nodes.has(id)) fates.set(id, 'gone')
    for (const node of this.#after.nodes.values()) fates.set(node.id, this.#fateOf(node))
    this.fates = fates
    this.stale = [...this.#after.nodes.values()].filter(node => this.#isStale(node))
  }

  /** Closing nodes whose values exist nowhere else. */
  get losing(): readonly ParsedNode[] {
    return this.#leaving.filter(node => this.#isInMemory(node) && this.#before.isTruth(node))
  }

  /** Nodes that hold copies of values below, and drop them. */
  get dropping(): readonly ParsedNode[] {
    return this.#leaving.filter(
      node => node.kind.copies !== undefined || (this.#isInMemory(node) && !this.#before.isTruth(node)),
    )
  }

  /** Nodes of the current document that close. */
  get #leaving(): readonly ParsedNode[] {
    const { fates } = this
    return [...this.#before.nodes.values()].filter(({ id }) =>
      ['gone', 'changed'].includes(fates.get(id) as Fate),
    )
  }

  #isInMemory(node: ParsedNode): boolean {
    return this.isVolatile(node) && node.children.length === 0
  }

  /** Nodes of the current document whose callers must wait: everything that is not kept, and all nodes above it. */
  get held(): readonly ParsedNode[] {
    const { fates } = this
    const isTouched = (node: ParsedNode): boolean =>
      fates.get(node.id) !== 'kept' || node.children.some(isTouched)
    // Each before its children.
    return [...this.#before.nodes.values()].filter(isTouched)
  }

  /** Every node of the new document. */
  get after(): Iterable<ParsedNode> {
    return this.#after.nodes.values()
  }

  /** The current node for a node of the new document; `undefined` if it is new. */
  nodeBefore({ id }: ParsedNode): ParsedNode | undefined {
    return this.#before.nodes.get(id)
  }

  /** Whether the values of a running node are lost when it closes. */
  isVolatile({ id }: ParsedNode): boolean {
    return this.#running.get(id)?.isVolatile === true
  }

  /** Whether a node stays and gets other data. */
  changesData({ id }: ParsedNode): boolean {
    const [before, after] = [this.#before.nodes.get(id), this.#after.nodes.get(id)]
    if (before === undefined || after === undefined) return false
    return this.#before.dataOf(before) !== this.#after.dataOf(after)
  }

  /** The child that has the data of `child` after the change; `undefined` if there is none. */
  successorOf(child: ParsedNode, among: readonly ParsedNode[]): ParsedNode | undefined {
    const data = this.#before.dataOf(child)
    return among.find(one => this.#after.dataOf(one) === data)
  }

  #fateOf(node: ParsedNode): Fate {
    const before = this.#before.nodes.get(node.id)
    const running = this.#running.get(node.id)
    if (before === undefined || running === undefined) return 'new'
    if (optionsOf(before) !== optionsOf(node)) return 'changed'
    if (node.children.length === 0 && before.children.length === 0) {
      const isSame = !running.isVolatile || this.#before.dataOf(before) === this.#after.dataOf(node)
      return isSame ? 'kept' : 'changed'
    }
    const isSameList = idsOf(before) === idsOf(node)
    if (isSameList && node.kind.isStateless === true && node.kind.placing === undefined) return 'kept'
    if (!this.#hasSameBelow(before, node)) return 'changed'
    if (isSameList) return 'kept'
    return running.canRewire && node.kind.placing?.goesByIds(node.options) !== true ? 'rewired' : 'changed'
  }

  #hasSameBelow(before: ParsedNode, after: ParsedNode): boolean {
    return (
      before.children.length === after.children.length &&
      before.children.every((child, index) => {
        const other = after.children[index] as ParsedNode
        return this.#before.dataOf(child) === this.#after.dataOf(other)
      })
    )
  }

  #isStale(node: ParsedNode): boolean {
    if (node.children.length > 0 || this.#after.isTruth(node)) return false
    const before = this.#before.nodes.get(node.id)
    if (before === undefined || this.isVolatile(node)) return false
    return this.#before.roleOf(before) !== this.#after.roleOf(node)
  }
}

/** Properties of nodes of either document. */
interface Known {
  readonly isVolatile: (node: ParsedNode) => boolean
  /** Whether keys of the node move to where it looks for them. */
  readonly isMoved: (node: ParsedNode) => boolean
  /** Whether the other document also has the node. */
  readonly stays: (node: ParsedNode) => boolean
}

/** One of the documents: its nodes, and the data of each. */
class Side {
  /** By id, each before its children. */
  readonly nodes: ReadonlyMap<string, ParsedNode>
  readonly #known: Known
  /** Short names of data, by what distinguishes them. Both sides use the same names for the same data. */
  readonly #names: Map<string, string>
  readonly #data = new Map<ParsedNode, string>()
  /** The data of which a node holds copies; absent if it holds the values themselves. */
  readonly #copiesOf = new Map<ParsedNode, string>()

  constructor(root: ParsedNode, known: Known, names: Map<string, string>) {
    this.#known = known
    this.#names = names
    this.nodes = new Map(flatten(root).map(node => [node.id, node]))
    this.#read(root, undefined)
  }

  dataOf(node: ParsedNode): string {
    return this.#data.get(node) as string
  }

  roleOf(node: ParsedNode): string | undefined {
    return this.#copiesOf.get(node)
  }

  isTruth(node: ParsedNode): boolean {
    return !this.#copiesOf.has(node)
  }

  #read(node: ParsedNode, copiesOf: string | undefined): string {
    if (copiesOf !== undefined) this.#copiesOf.set(node, copiesOf)
    const data = this.#dataOf(node, copiesOf)
    this.#data.set(node, data)
    return data
  }

  #dataOf(node: ParsedNode, copiesOf: string | undefined): string {
    const { id, kind, children, options, childKeys } = node
    if (kind.data === 'below') {
      const last = children.at(-1) as ParsedNode
      const data = this.#read(last, copiesOf)
      for (const above of children.slice(0, -1)) this.#read(above, data)
      return data
    }
    // Data in the memory of a process exists only as long as its node.
    if (children.length === 0 && this.#known.isVolatile(node)) {
      return this.#nameOf(['memory', id, copiesOf ?? null, optionsOf(node)])
    }
    const named = kind.data?.map(name => [name, options[name]]) ?? options
    const below = children.map(child => this.#read(child, copiesOf))
    if (this.#known.isMoved(node)) return this.#nameOf(['moved', id, this.#memoryIn(node)])
    return this.#nameOf([kind.kind, named, childKeys, below])
  }

  /** Moving keys does not change the data of a node, except in memory that is emptied by it: copies are not missed. */
  #memoryIn(node: ParsedNode): readonly string[] {
    const { isVolatile, stays } = this.#known
    const isMissed = (one: ParsedNode) => this.roleOf(one) === this.roleOf(node) && stays(one)
    const leaves = flatten(node).filter(one => one.children.length === 0 && isVolatile(one) && isMissed(one))
    return leaves.map(one => this.dataOf(one)).sort()
  }

  #nameOf(data: unknown): string {
    const serialized = text(data)
    const name = this.#names.get(serialized) ?? String(this.#names.size)
    this.#names.set(serialized, name)
    return name
  }
}

/** The node and all below it, each before its children. */
export function flatten(node: ParsedNode): readonly ParsedNode[] {
  return [node, ...node.children.flatMap(flatten)]
}

function idsOf({ children }: ParsedNode): string {
  return text(children.map(({ id }) => id))
}

/** All options with which a node is opened, without its children. */
export function optionsOf({ kind, options, childKeys }: ParsedNode): string {
  return text([kind.kind, options, childKeys])
}

/** The same text for equal data, regardless of the order of its fields. */
function text(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
