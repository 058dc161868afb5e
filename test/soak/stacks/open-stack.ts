import { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { FaultDatastore, type Faults } from '../../../src/core/layers/fault.ts'
import { openStack } from '../../../src/core/node/stack.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { ApplyOptions, Stack, StackPlan } from '../../../src/core/stack/stack.ts'
import { RADOSGW_SECRET } from '../../servers/radosgw.ts'
import { StackJournal } from '../journal/stack-journal.ts'
import type { Random } from '../random.ts'
import { Reshardable } from '../resharding.ts'
import { soakRegistry } from './kinds.ts'
import { isWritingBack, mayRefuse, nodesOf } from './nodes.ts'

/** A random stack that is open, with its faults in hand. What it tells of the stack is of now: the stack may change. */
export class OpenStack {
  readonly store: BinaryDatastore
  readonly #stack: Stack
  readonly #folder: string
  #reshardable: readonly Reshardable[]

  private constructor(stack: Stack, folder: string) {
    this.store = stack.store
    this.#stack = stack
    this.#folder = folder
    this.#reshardable = this.#findReshardable()
  }

  static async open(root: StackNodeDocument, folder: string): Promise<OpenStack> {
    const secrets = { get: () => Promise.resolve(RADOSGW_SECRET) }
    const stack = await openStack(
      { strata: 1, root },
      { registry: soakRegistry, baseDirectory: folder, secrets },
    )
    return new OpenStack(stack, folder)
  }

  /** With an id on every node. */
  get root(): StackNodeDocument {
    return this.#stack.document.root
  }

  /** Every node, as id and kind. */
  get nodes(): readonly string[] {
    return this.#stack.nodes.map(({ id, kind }) => `${id} ${kind}`)
  }

  /** Its sharded nodes. One is left out where a shard may refuse a key: then keys cannot be moved at will. */
  get reshardable(): readonly Reshardable[] {
    return this.#reshardable
  }

  /** Every key is where the lists of shards put it, and none is being looked at. */
  get isSettled(): boolean {
    return this.#stack.nodes.every(
      ({ store }) => !(store instanceof ShardedDatastore) || (store.isSettled && !store.isResharding),
    )
  }

  #findReshardable(): readonly Reshardable[] {
    return this.#stack.nodes.flatMap(({ id, store }) => {
      const node = this.#documentOf(id)
      if (!(store instanceof ShardedDatastore) || node === undefined || mayRefuse(node)) return []
      return [new Reshardable(store as ShardedDatastore)]
    })
  }

  /** What is acknowledged may not have reached the place yet where it stays. */
  get isWritingBack(): boolean {
    return isWritingBack(this.root)
  }

  /** All of its shards can be watched, those included that a reshard leaves out for a while. */
  get canWatch(): boolean {
    return this.store.capabilities.watch !== 'none'
  }

  /** Each before those below it. */
  get journals(): readonly StackJournal[] {
    return this.#stack.nodes.flatMap(({ id, store }) => {
      const node = this.#documentOf(id)
      return store instanceof JournalDatastore && node
        ? [new StackJournal(store, node, this.root, this.#folder)]
        : []
    })
  }

  #documentOf(id: string): StackNodeDocument | undefined {
    return nodesOf(this.root).find(document => document.id === id)
  }

  plan(root: StackNodeDocument): Promise<StackPlan> {
    return this.#stack.plan({ strata: 1, root })
  }

  async apply(root: StackNodeDocument, options: ApplyOptions): Promise<StackPlan> {
    const plan = await this.#stack.apply({ strata: 1, root }, options)
    this.#reshardable = this.#findReshardable()
    return plan
  }

  /** Makes every node that fails at will fail so; nothing for no faults. */
  setFaults(faults: Faults, random: Random): void {
    for (const { store } of this.#stack.nodes) {
      if (!(store instanceof FaultDatastore)) continue
      const own = {
        errorRate: 0,
        lostRate: 0,
        isOffline: false,
        latency: 0,
        ...faults,
        random: () => random.next(),
      }
      Object.assign(store.faults, own)
    }
  }

  /** Has every call in every node told of, until it is closed. */
  listen(): void {
    this.#stack.trace(() => undefined)
  }

  close(): Promise<void> {
    return this.#stack.close()
  }
}
