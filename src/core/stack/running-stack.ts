import { SpanHub } from '../adapters/trace/open-span.ts'
import type { SpanListener } from '../adapters/trace/span.ts'
import { orAbort } from '../concurrency/abortable.ts'
import type { BinaryDatastore, CallOptions } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import { Key } from '../key.ts'
import { Call } from '../open/call.ts'
import { Datastore } from '../open/datastore.ts'
import { NodeProxy } from '../open/node-proxy.ts'
import { NullDatastore } from '../stores/null.ts'
import { Comparison, flatten } from './compare.ts'
import { ConfigError } from './config-error.ts'
import type { StackDocument } from './document.ts'
import { parseFollowing } from './follow-ids.ts'
import { KeyMoves } from './key-moves.ts'
import { type ParsedDocument, type ParsedNode, parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'
import { Relocation } from './relocation.ts'
import { type Residency, type ResidencyOptions, ResidencyWalk, type ValueAtNode } from './residency.ts'
import { openNode, RunningNode } from './running-node.ts'
import type {
  ApplyOptions,
  PlannedNode,
  Stack,
  StackHost,
  StackNode,
  StackParts,
  StackPlan,
} from './stack.ts'
import { StackChange } from './stack-change.ts'
import { StackMetrics } from './stack-metrics.ts'

/** Bytes of the largest value that `readAt` reads by default. */
const MAX_READ = 16 * 1024 * 1024

/**
 * Opens every node of a document, leaves first. If one fails, the opened nodes are closed again.
 * @throws ConfigError naming the path of the problem, as `root.tiers[1].path: no such folder "…"`.
 */
export async function openDocument(
  document: unknown,
  registry: Registry,
  host: StackHost = {},
): Promise<Stack> {
  const parsed = parseDocument(document, registry)
  const hub = new SpanHub()
  return new RunningStack(parsed, await openTree(parsed.root, host, hub), { registry, host, hub })
}

async function openTree(node: ParsedNode, host: StackHost, hub: SpanHub): Promise<RunningNode> {
  const opened = await Promise.allSettled(node.children.map(child => openTree(child, host, hub)))
  const children = opened.filter(result => result.status === 'fulfilled').map(result => result.value)
  try {
    for (const result of opened) if (result.status === 'rejected') throw result.reason
    return RunningNode.begin(node, children, await openNode(node, children, host), hub)
  } catch (error) {
    // The original failure is reported, even if closing a store again fails too.
    await Promise.allSettled(children.map(child => child.open.close()))
    throw error
  }
}

/** A stack whose nodes continue when its document changes. */
class RunningStack implements Stack {
  readonly store: BinaryDatastore
  readonly #parts: StackParts
  readonly #proxy: NodeProxy
  #parsed: ParsedDocument
  #root: RunningNode
  #nodes: readonly StackNode[]
  /** Resolves once the last change has succeeded or failed. */
  #change: Promise<unknown> = Promise.resolve()
  readonly #moves = new KeyMoves(work => this.#inTurn(work))

  constructor(parsed: ParsedDocument, root: RunningNode, parts: StackParts) {
    this.#parts = parts
    this.#parsed = parsed
    this.#root = root
    this.#nodes = describeNodes(root)
    this.#proxy = new NodeProxy(root.open, () => this.#ended())
    this.store = new Datastore(this.#proxy)
  }

  get name(): string {
    return this.#parsed.name
  }

  get document(): StackDocument {
    return this.#parsed.document
  }

  get nodes(): readonly StackNode[] {
    return this.#nodes
  }

  get isSettled(): boolean {
    return this.#root.all.every(one => one.placingState === 'settled')
  }

  node(id: string): StackNode {
    const node = this.#nodes.find(one => one.id === id)
    if (node === undefined) throw new ConfigError('', `The stack has no node ${JSON.stringify(id)}`)
    return node
  }

  trace(listener: SpanListener): () => void {
    return this.#parts.hub.listen(listener)
  }

  measure(): StackMetrics {
    const isNode = (id: string) => this.#nodes.some(node => node.id === id)
    return new StackMetrics(isNode, listener => this.trace(listener))
  }

  async residency(keys: readonly Key[], options: ResidencyOptions = {}): Promise<readonly Residency[]> {
    return this.#walk('find the copies of', options, walk => walk.of(keys, options.compareBytes))
  }

  async readAt(
    node: string,
    key: Key,
    options: CallOptions & { readonly maxBytes?: number } = {},
  ): Promise<ValueAtNode> {
    const { maxBytes = MAX_READ } = options
    return this.#walk('get', options, walk => walk.valueAt(this.node(node).id, key, maxBytes))
  }

  /** A change of the stack waits until the work has ended. */
  async #walk<T>(
    action: string,
    { signal, placeWait }: Pick<ResidencyOptions, 'signal' | 'placeWait'>,
    work: (walk: ResidencyWalk) => Promise<T>,
  ): Promise<T> {
    const answer = this.#proxy.during(action, Call.from({ signal }), async call => {
      const ids = new Map(this.#root.all.map(({ open, node }) => [open, node.id]))
      return work(new ResidencyWalk(this.#root.open, ids, call, placeWait))
    })
    return orAbort(Promise.resolve(answer), signal, action)
  }

  async plan(document: unknown, options: CallOptions = {}): Promise<StackPlan> {
    const parsed = this.#following(document)
    return this.#plan(parsed, this.#compared(parsed), options)
  }

  async apply(document: unknown, options: ApplyOptions = {}): Promise<StackPlan> {
    this.#proxy.assertOpen('apply the stack')
    return this.#inTurn(() => this.#apply(document, options))
  }

  /** Runs work after the earlier changes and before later ones. */
  #inTurn<T>(work: () => T): Promise<Awaited<T>> {
    const done = this.#change.then(work) as Promise<Awaited<T>>
    this.#change = done.catch(() => undefined)
    return done
  }

  async #apply(document: unknown, options: ApplyOptions): Promise<StackPlan> {
    const parsed = this.#following(document)
    const comparison = this.#compared(parsed, options.misplaced !== 'leave')
    const plan = await this.#plan(parsed, comparison, {})
    const change = new StackChange(this.#root, parsed.root, comparison, this.#parts, options)
    change.refuseLoss(plan)
    try {
      await change.make(this.#proxy, this.#moves, root => {
        this.#parsed = parsed
        this.#root = root
      })
    } finally {
      this.#nodes = describeNodes(this.#root)
    }
    return plan
  }

  /**
   * What keys have to move out of is not a node of the new document without an id, unless that is opened alike: to open a
   * store twice would be worse than a refusal. Nor are nodes over memory, if they would lose their values by it.
   */
  #following(document: unknown): ParsedDocument {
    const { root: before } = this.#parsed
    const { registry } = this.#parts
    const apart = new Set<string>()
    // A node that is kept apart may leave its place to another one that keys move out of.
    for (;;) {
      const parsed = parseFollowing(document, before, registry, ({ id }) => !apart.has(id))
      const comparison = this.#compared(parsed)
      const { diverted, overwritten } = new Relocation(comparison)
      const found = [
        ...diverted.filter(node => node.children.length > 0 || comparison.changesData(node)),
        ...overwritten.filter(node => node.children.length > 0),
      ].filter(({ id }) => !apart.has(id))
      if (found.length === 0) return parsed
      for (const { id } of found) apart.add(id)
    }
  }

  #compared({ root }: ParsedDocument, isMoving = true): Comparison {
    const running = new Map(this.#root.all.map(one => [one.node.id, one]))
    return new Comparison(this.#parsed.root, root, running, isMoving)
  }

  async #plan(
    { document, root }: ParsedDocument,
    comparison: Comparison,
    options: CallOptions,
  ): Promise<StackPlan> {
    const { fates } = comparison
    const running = new Map(this.#root.all.map(one => [one.node.id, one]))
    const planned = ({ id, kind, label, path }: ParsedNode): PlannedNode => ({
      id,
      kind: kind.kind,
      label,
      path,
      fate: fates.get(id) ?? 'kept',
    })
    const gone = flatten(this.#parsed.root).filter(({ id }) => fates.get(id) === 'gone')
    const call = Call.from(options)
    const counted = async (node: ParsedNode) => {
      const one = running.get(node.id)
      const entries =
        one === undefined || node.kind.copies === undefined
          ? (await one?.open.stats(call))?.entries
          : await node.kind.copies(one.datastore)
      return { ...planned(node), entries }
    }
    const lost = await Promise.all(comparison.losing.map(counted))
    const dropped = await Promise.all(comparison.dropping.map(counted))
    const misplaced = await Promise.all(
      flatten(root).map(async node => ({
        ...planned(node),
        ...(await misplacedIn(node, running, comparison, options)),
      })),
    )
    throwIfAborted(options.signal, 'plan a stack', Key.root)
    return {
      document,
      nodes: [...flatten(root), ...gone].map(planned),
      lost: lost.filter(({ entries }) => entries !== 0),
      dropped: dropped.filter(({ entries }) => entries !== 0),
      stale: comparison.stale.map(planned),
      misplaced: misplaced.filter(({ keys }) => keys > 0),
    }
  }

  /** Waits for moving keys before the stack is closed, so that another process finds them in their new place. */
  async #ended(): Promise<void> {
    await this.#change
    await this.#moves.close()
  }

  close(): Promise<void> {
    return this.store.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function describeNodes(root: RunningNode): readonly StackNode[] {
  const flat = (node: StackNode): readonly StackNode[] => [node, ...node.children.flatMap(flat)]
  return flat(root.describe(0))
}

/** The number of keys that a changed node would look for elsewhere. */
async function misplacedIn(
  node: ParsedNode,
  running: ReadonlyMap<string, RunningNode>,
  comparison: Comparison,
  options: CallOptions,
): Promise<{ readonly keys: number; readonly of: number }> {
  const { kind, id, children } = node
  const before = running.get(id)
  if (kind.placing === undefined || before?.node.kind !== kind || comparison.fates.get(id) !== 'changed') {
    return { keys: 0, of: 0 }
  }
  const successors = new Map(
    before.children.map(child => [comparison.successorOf(child.node, children), child]),
  )
  const stores = children.map(child => {
    const one = successors.get(child) ?? (comparison.changesData(child) ? undefined : running.get(child.id))
    return one === undefined ? new NullDatastore() : new Datastore(one.open)
  })
  const ids = children.map(child => child.id)
  return kind.placing.misplaced(before.datastore, node.options, stores, ids, options)
}
