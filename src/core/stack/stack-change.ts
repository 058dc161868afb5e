import { callListener } from '../concurrency/emitter.ts'
import type { BinaryDatastore } from '../datastore.ts'
import { DatastoreError, messageOf } from '../errors.ts'
import { Call } from '../open/call.ts'
import { Datastore } from '../open/datastore.ts'
import { Hold, type Waits } from '../open/hold.ts'
import type { NodeProxy } from '../open/node-proxy.ts'
import type { OpenStore } from '../open/open-store.ts'
import { type Comparison, type Fate, flatten } from './compare.ts'
import type { KeyMoves } from './key-moves.ts'
import type { Placing } from './kind.ts'
import type { ParsedNode } from './parse.ts'
import { Relocation } from './relocation.ts'
import { closeStore, openNode, ownStores, RunningNode, storeOf } from './running-node.ts'
import type { ApplyOptions, StackParts, StackPlan } from './stack.ts'
import { UnavailableStore } from './unavailable-store.ts'

/**
 * One change of a running stack, in steps that can each be undone. First everything is opened that may be open at the
 * same time as the old nodes. Then new calls wait, running calls end, closing nodes flush, and nodes that cannot be
 * open twice close. The rest is opened and put in its place, each node after those below it. Finally the waiting calls
 * are made, and the removed nodes close.
 */
export class StackChange {
  readonly #after: ParsedNode
  readonly #comparison: Comparison
  readonly #parts: StackParts
  readonly #options: ApplyOptions
  readonly #waits: Waits
  readonly #running: ReadonlyMap<string, RunningNode>
  /** Nodes whose callers wait, each before its children. */
  readonly #held: readonly RunningNode[]
  readonly #hold = new Hold()
  /** The keys that the change moves to other children; `undefined` if keys stay where they are. */
  readonly #relocation: Relocation | undefined
  /** What was opened so far, by the id of its node. */
  readonly #opened = new Map<string, BinaryDatastore>()
  /** The open stores of nodes, before and after. */
  readonly #opens: Set<OpenStore>
  /** Undo what was done, the last step first. */
  readonly #undo: (() => void | Promise<void>)[] = []
  /** Close the removed nodes once the change is made. */
  readonly #leftovers: (() => Promise<void>)[] = []

  constructor(
    before: RunningNode,
    after: ParsedNode,
    comparison: Comparison,
    parts: StackParts,
    options: ApplyOptions,
  ) {
    this.#after = after
    this.#comparison = comparison
    this.#parts = parts
    this.#options = options
    this.#waits = { streams: options.streamWait ?? 1000, calls: options.callWait ?? 30_000 }
    this.#running = new Map(before.all.map(one => [one.node.id, one]))
    this.#held = comparison.held.map(({ id }) => this.#running.get(id) as RunningNode)
    this.#opens = new Set(before.all.map(one => one.open))
    this.#relocation = options.misplaced === 'leave' ? undefined : new Relocation(comparison)
  }

  get #movingNodes(): readonly ParsedNode[] {
    return this.#relocation?.moving ?? []
  }

  #isEmptied({ id }: { readonly id: string }): boolean {
    return this.#relocation?.emptied.has(id) === true
  }

  #isMoving(node: ParsedNode): boolean {
    return this.#relocation?.isMoving(node) === true
  }

  /**
   * @throws DatastoreError `CONFLICT` if data would be lost or hidden without a decision that allows it, or if keys of
   * an earlier change are still moving.
   */
  refuseLoss({ lost: leaving, stale, misplaced }: StackPlan): void {
    const moving = this.#held.filter(one => this.#isUnderway(one)).map(({ node }) => node)
    if (moving.length > 0) refuse('keys of an earlier change still move', moving)
    const diverted = this.#relocation?.diverted ?? []
    if (diverted.length > 0)
      refuse('keys would have to move out of what the change makes something else', diverted)
    const { discard = false, keepStale = false, misplaced: decision } = this.#options
    const lost = leaving.filter(one => !this.#isEmptied(one))
    if (lost.length > 0 && !discard) refuse('values that only memory holds would be lost', lost)
    if (stale.length > 0 && !keepStale) refuse('copies of other data would be served', stale)
    if (misplaced.length > 0 && decision === undefined) refuse('keys would not be found', misplaced)
  }

  /** Whether keys of a node are being moved. If a move has stopped, only a move to other children can continue. */
  #isUnderway({ node, placingState }: RunningNode): boolean {
    const canContinue = this.#fateOf(node) === 'kept' || this.#isMoving(node)
    return placingState === 'moving' || (placingState === 'stopped' && !canContinue)
  }

  /**
   * @param proxy The proxy of the root, for calls from outside the stack.
   * @param moves Continues with keys that are being moved.
   * @param serve Called with the new root before any call is made on it.
   */
  async make(proxy: NodeProxy, moves: KeyMoves, serve: (root: RunningNode) => void): Promise<void> {
    if (this.#isLabelsOnly) {
      serve(await this.#place(this.#after))
      return
    }
    const proxies = [proxy, ...this.#held.map(one => one.proxy)]
    let moved: Promise<void>
    try {
      await this.#openEarly()
      for (const one of proxies) this.#hold.take(one)
      for (const one of proxies) await one.callsEnded(this.#waits)
      await this.#end()
      await this.#makeRoom()
      const root = await this.#place(this.#after)
      this.#redirect(root, proxy)
      serve(root)
      // The last step, because moving keys cannot be undone.
      moved = this.#moveKeys(root, moves)
    } catch (error) {
      await this.#rollBack()
      throw error
    } finally {
      this.#hold.release()
    }
    for (const one of this.#held)
      if (this.#fateOf(one.node) === 'gone') this.#leftovers.push(() => this.#leave(one))
    // Children that keys leave stay open until then.
    if (this.#movingNodes.length > 0) void this.#closeOnceMoved(moved)
    else await this.#closeLeftovers()
  }

  async #closeOnceMoved(moved: Promise<void>): Promise<void> {
    try {
      await moved
    } catch (error) {
      callListener(this.#options.onBackgroundError, error)
      return
    }
    callListener(this.#options.onMoved)
    await this.#closeLeftovers()
  }

  get #isLabelsOnly(): boolean {
    return [...this.#comparison.fates.values()].every(fate => fate === 'kept')
  }

  #fateOf({ id }: ParsedNode): Fate {
    return this.#comparison.fates.get(id) ?? 'kept'
  }

  /** Whether the store of a node ends with this change. */
  #isLeaving({ node }: RunningNode): boolean {
    const fate = this.#fateOf(node)
    return fate === 'gone' || (fate === 'changed' && !this.#isMoving(node))
  }

  /** Whether any values of a node exist after this change. */
  #isStaying(one: RunningNode): boolean {
    return one.all.some(({ node, isVolatile }) => {
      const fate = this.#fateOf(node)
      return node.children.length === 0 && fate !== 'gone' && !(fate === 'changed' && isVolatile)
    })
  }

  /** Opens leaves while calls continue, where possible, because connecting to a server may take seconds. */
  async #openEarly(): Promise<void> {
    for (const node of flatten(this.#after)) {
      const { children, isExclusive = false } = node.kind
      const isOpened = ['new', 'changed'].includes(this.#fateOf(node))
      if (children === 'none' && !isExclusive && isOpened) await this.#open(node, [])
    }
  }

  async #open(node: ParsedNode, children: readonly RunningNode[]): Promise<BinaryDatastore> {
    const early = this.#opened.get(node.id)
    if (early !== undefined) return early
    const datastore = await openNode(node, children, this.#parts.host)
    this.#opened.set(node.id, datastore)
    // Read now, because later its open store is that of its node.
    const store = storeOf(datastore, children)
    this.#undo.push(() => closeStore(store, this.#opens))
    return datastore
  }

  /**
   * Lets calls end from the root down, because nodes call those below them, and completes the work of closing nodes.
   * Nodes that stay may flush in the background at any time: their calls to a changing node wait.
   */
  async #end(): Promise<void> {
    const losing = new Set(this.#options.discard === true ? [] : this.#comparison.losing.map(({ id }) => id))
    for (const one of this.#held) {
      // Values may have been added since the plan was made, or by the flush just now.
      if (losing.has(one.node.id) && !this.#isEmptied(one.node)) await this.#refuseLate(one)
      if (this.#fateOf(one.node) !== 'kept') this.#hold.take(one.open)
      await one.open.callsEnded(this.#waits)
      if (this.#isLeaving(one)) await this.#flush(one)
    }
    const leaving = this.#held.filter(one => this.#isLeaving(one))
    const closing = leaving.flatMap(({ open }) => [open, ...ownStores(open.store, this.#opens)])
    await Promise.all(closing.map(open => open.streamsEnded(this.#waits)))
  }

  async #flush({ open, node, children }: RunningNode): Promise<void> {
    try {
      await open.settle()
      for (const own of ownStores(open.store, this.#opens)) await own.settle()
      await open.store.handOver?.(children.filter(child => this.#isStaying(child)).map(child => child.open))
    } catch (cause) {
      const state = `${node.path}: what runs cannot write what it holds: ${messageOf(cause)}`
      throw new DatastoreError('IO', `Cannot apply the stack: ${state}`, { cause })
    }
  }

  async #refuseLate({ open, node }: RunningNode): Promise<void> {
    await open.callsEnded(this.#waits)
    const { entries } = await open.stats(Call.plain)
    if (entries !== 0) refuse('values that only memory holds would be lost', [node])
  }

  /** Closes nodes that cannot be open at the same time as their successors. Undoing that opens them again. */
  async #makeRoom(): Promise<void> {
    for (const one of this.#held) {
      if (!this.#isLeaving(one) || !this.#makesRoom(one)) continue
      const { store } = one.open
      this.#undo.push(() => this.#reopen(one))
      await closeStore(store, this.#opens)
    }
  }

  #makesRoom({ node }: RunningNode): boolean {
    return node.kind.isExclusive === true && !this.#isEmptied(node)
  }

  async #reopen(one: RunningNode): Promise<void> {
    // A store that opens may call those below it.
    for (const { open } of one.all) this.#hold.drop(open)
    try {
      const datastore = await openNode(one.node, one.children, this.#parts.host)
      one.open.replace(storeOf(datastore, one.children))
      one.datastore = datastore
    } catch (error) {
      one.open.replace(new UnavailableStore(one.open.info, error))
    }
  }

  /** Puts a node in its place, after those below it. */
  async #place(node: ParsedNode): Promise<RunningNode> {
    const children: RunningNode[] = []
    for (const child of node.children) children.push(await this.#place(child))
    const before = this.#running.get(node.id)
    if (before === undefined) {
      const placed = RunningNode.begin(node, children, await this.#open(node, children), this.#parts.hub)
      this.#opens.add(placed.open)
      return placed
    }
    if (this.#fateOf(node) === 'rewired') this.#rewire(before, children)
    if (!this.#isLeaving(before)) {
      this.#hold.drop(before.open)
      return before.as(node, children)
    }
    const datastore = await this.#open(node, children)
    this.#replace(before, datastore, children)
    return before.as(node, children, datastore)
  }

  #rewire({ open, children: before }: RunningNode, children: readonly RunningNode[]): void {
    const over = (nodes: readonly RunningNode[]) => {
      open.store.rewire?.(nodes.map(child => child.open))
      open.refresh()
    }
    this.#undo.push(() => over(before))
    over(children)
  }

  #replace({ open, node }: RunningNode, datastore: BinaryDatastore, children: readonly RunningNode[]): void {
    const { store } = open
    this.#undo.push(async () => {
      this.#hold.take(open)
      try {
        await open.callsEnded(this.#waits)
        await open.settle()
      } finally {
        open.replace(store)
      }
    })
    open.replace(storeOf(datastore, children))
    // A store that opens above may call it.
    this.#hold.drop(open)
    if (node.kind.isExclusive !== true) this.#leftovers.push(() => closeStore(store, this.#opens))
  }

  #redirect({ open }: RunningNode, proxy: NodeProxy): void {
    const before = proxy.node
    if (before === open) return
    this.#undo.push(() => proxy.redirectTo(before))
    proxy.redirectTo(open)
  }

  /**
   * Replaces the children of nodes.
   * @returns Resolves once every key has moved.
   * @throws if one cannot be replaced.
   */
  async #moveKeys(root: RunningNode, moves: KeyMoves): Promise<void> {
    const placed = new Map(root.all.map(one => [one.node.id, one]))
    const all = this.#movingNodes.map(({ id, kind, options, children }) => {
      const before = this.#running.get(id) as RunningNode
      const { datastore } = before
      this.#succeed(before, children, placed)
      const stores = children.map(child => new Datastore((placed.get(child.id) as RunningNode).open))
      const ids = children.map(child => child.id)
      const placing = kind.placing as Placing
      return moves.run({
        started: placing.move(datastore, options, stores, ids, {}),
        state: () => placing.state(datastore),
        resume: () => placing.resume(datastore),
        onFailure: this.#options.onBackgroundError,
      })
    })
    await Promise.all(all)
  }

  /** Keeps a node over children that have the data of its current ones: no key has to move between them. */
  #succeed(
    { open: { store }, children: before }: RunningNode,
    children: readonly ParsedNode[],
    placed: ReadonlyMap<string, RunningNode>,
  ): void {
    const successors = new Map(
      before.map(child => {
        const node = this.#comparison.successorOf(child.node, children)
        return [child.open, node && (placed.get(node.id) as RunningNode).open]
      }),
    )
    const held = store.children ?? []
    store.rewire?.(held.map(open => successors.get(open) ?? open))
  }

  async #leave(one: RunningNode): Promise<void> {
    const { open } = one
    await one.proxy.closeAlone()
    // Nodes that had to close first are already closed.
    if (this.#makesRoom(one)) return
    const own = ownStores(open.store, this.#opens)
    await open.closeAlone()
    for (const child of own) await child.closeAlone()
  }

  async #closeLeftovers(): Promise<void> {
    for (const close of this.#leftovers) {
      await close().catch((error: unknown) => callListener(this.#options.onBackgroundError, error))
    }
  }

  async #rollBack(): Promise<void> {
    for (const step of this.#undo.toReversed()) {
      try {
        await step()
      } catch (error) {
        callListener(this.#options.onBackgroundError, error)
      }
    }
  }
}

function refuse(state: string, nodes: readonly { readonly label: string; readonly path: string }[]): never {
  const names = nodes.map(({ label, path }) => `${JSON.stringify(label)} (${path})`).join(', ')
  throw new DatastoreError('CONFLICT', `Cannot apply the stack: ${state}, in ${names}`)
}
