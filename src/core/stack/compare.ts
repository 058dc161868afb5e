import type { ParsedNode } from './parse.ts'

/**
 * What a change of a stack does to a node. `rewired`: it goes on over other nodes that show the same data. `changed`: it
 * is opened again with what is new.
 */
export type Fate = 'kept' | 'rewired' | 'changed' | 'new' | 'gone'

/** What is known of a node that runs. */
export interface Running {
  readonly node: ParsedNode
  /** Whether its values are gone once it closes. */
  readonly isVolatile: boolean
  /** Whether it can take other nodes below it in place. */
  readonly canRewire: boolean
}

/** The nodes of two documents, compared by their ids. */
export class Comparison {
  /** By id, in both documents. */
  readonly fates: ReadonlyMap<string, Fate>
  /** Persistent nodes that come to stand above other data than those whose copies they may hold. */
  readonly stale: readonly ParsedNode[]
  readonly #before: Side
  readonly #after: Side
  readonly #running: ReadonlyMap<string, Running>

  constructor(before: ParsedNode, after: ParsedNode, running: ReadonlyMap<string, Running>) {
    this.#running = running
    const isVolatile = ({ id, kind }: ParsedNode): boolean => {
      const one = running.get(id)
      return one?.isVolatile === true && one.node.kind === kind
    }
    const names = new Map<string, string>()
    this.#before = new Side(before, isVolatile, names)
    this.#after = new Side(after, isVolatile, names)
    const fates = new Map<string, Fate>()
    for (const id of this.#before.nodes.keys()) if (!this.#after.nodes.has(id)) fates.set(id, 'gone')
    for (const node of this.#after.nodes.values()) fates.set(node.id, this.#fateOf(node))
    this.fates = fates
    this.stale = [...this.#after.nodes.values()].filter(node => this.#isStale(node))
  }

  /** Nodes whose values are nowhere else, and go. */
  get losing(): readonly ParsedNode[] {
    return [...this.#before.nodes.values()].filter(node => {
      const isLeaving = ['gone', 'changed'].includes(this.fates.get(node.id) as Fate)
      return isLeaving && this.isVolatile(node) && node.children.length === 0 && this.#before.isTruth(node)
    })
  }

  /** Nodes of before whose callers have to wait: everything that is not kept, and all that is above it. */
  get held(): readonly ParsedNode[] {
    const { fates } = this
    const isTouched = (node: ParsedNode): boolean =>
      fates.get(node.id) !== 'kept' || node.children.some(isTouched)
    // Each before its children.
    return [...this.#before.nodes.values()].filter(isTouched)
  }

  /** Every node of the document to come. */
  get after(): Iterable<ParsedNode> {
    return this.#after.nodes.values()
  }

  /** The node that a node is now; `undefined` where it is new. */
  nodeBefore({ id }: ParsedNode): ParsedNode | undefined {
    return this.#before.nodes.get(id)
  }

  /** Whether the values of a node that runs are gone once it closes. */
  isVolatile({ id }: ParsedNode): boolean {
    return this.#running.get(id)?.isVolatile === true
  }

  /** Whether a node stays and comes to show other data. */
  changesData({ id }: ParsedNode): boolean {
    const [before, after] = [this.#before.nodes.get(id), this.#after.nodes.get(id)]
    if (before === undefined || after === undefined) return false
    return this.#before.dataOf(before) !== this.#after.dataOf(after)
  }

  /** The child that shows after the change the data that one shows now; `undefined` where none does. */
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

/** One of the documents: its nodes, and which data each shows. */
class Side {
  /** By id, each before its children. */
  readonly nodes: ReadonlyMap<string, ParsedNode>
  readonly #isVolatile: (node: ParsedNode) => boolean
  /** Short names of data, by what tells them from others: both sides call the same data the same. */
  readonly #names: Map<string, string>
  readonly #data = new Map<ParsedNode, string>()
  /** Of which data a node holds copies; absent where its values are the values. */
  readonly #copiesOf = new Map<ParsedNode, string>()

  constructor(root: ParsedNode, isVolatile: (node: ParsedNode) => boolean, names: Map<string, string>) {
    this.#isVolatile = isVolatile
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
    // What a process holds in memory lives and dies with its node, and with what it is there for.
    if (children.length === 0 && this.#isVolatile(node)) {
      return this.#nameOf(['memory', id, copiesOf ?? null, optionsOf(node)])
    }
    const named = kind.data?.map(name => [name, options[name]]) ?? options
    const below = children.map(child => this.#read(child, copiesOf))
    return this.#nameOf([kind.kind, named, childKeys, below])
  }

  #nameOf(data: unknown): string {
    const told = text(data)
    const name = this.#names.get(told) ?? String(this.#names.size)
    this.#names.set(told, name)
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

/** All that a node is opened with, but for its children. */
export function optionsOf({ kind, options, childKeys }: ParsedNode): string {
  return text([kind.kind, options, childKeys])
}

/** The same text for equal data, whatever the order of their fields. */
function text(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
