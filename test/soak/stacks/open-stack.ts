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

/** An open random stack, with control of its faults. Its properties are current: the stack may change. */
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

  /** Its sharded nodes, except those whose shards may refuse keys: their keys cannot always be moved. */
  get reshardable(): readonly Reshardable[] {
    return this.#reshardable
  }

  /** Every key is on its shard, and none is being checked. */
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

  /** Acknowledged writes may not be at their final place yet. */
  get isWritingBack(): boolean {
    return isWritingBack(this.root)
  }

  /** All of its shards can be watched, including those that a reshard excludes for a while. */
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

  /** Makes every faulty node fail with these faults; none without an argument. */
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

  /** Reports every call in every node, until it is closed. */
  listen(): void {
    this.#stack.trace(() => undefined)
  }

  close(): Promise<void> {
    return this.#stack.close()
  }
}
