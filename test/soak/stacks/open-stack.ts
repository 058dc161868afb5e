import { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { FaultDatastore, type Faults } from '../../../src/core/layers/fault.ts'
import { openStack } from '../../../src/core/node/stack.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Stack } from '../../../src/core/stack/stack.ts'
import { StackJournal } from '../journal/stack-journal.ts'
import type { Random } from '../random.ts'
import { Reshardable } from '../resharding.ts'
import { soakRegistry } from './kinds.ts'
import { isWritingBack, mayRefuse, nodesOf } from './nodes.ts'

/** A random stack that is open, with its faults in hand. */
export class OpenStack {
  readonly store: BinaryDatastore
  /** Its sharded nodes. One is left out where a shard may refuse a key: then keys cannot be moved at will. */
  readonly reshardable: readonly Reshardable[]
  /** What is acknowledged may not have reached the place yet where it stays. */
  readonly isWritingBack: boolean
  /** All of its shards can be watched, those included that a reshard leaves out for a while. */
  readonly canWatch: boolean
  /** Each before those below it. */
  readonly journals: readonly StackJournal[]
  readonly #stack: Stack

  private constructor(stack: Stack, folder: string) {
    this.store = stack.store
    this.#stack = stack
    this.canWatch = stack.store.capabilities.watch !== 'none'
    const documents = nodesOf(stack.document.root)
    this.reshardable = stack.nodes.flatMap(({ id, store }) => {
      const node = documents.find(document => document.id === id)
      if (!(store instanceof ShardedDatastore) || node === undefined || mayRefuse(node)) return []
      return [new Reshardable(store as ShardedDatastore)]
    })
    this.isWritingBack = isWritingBack(stack.document.root)
    const { root } = stack.document
    this.journals = stack.nodes.flatMap(({ id, store }) => {
      const node = documents.find(document => document.id === id)
      return store instanceof JournalDatastore && node ? [new StackJournal(store, node, root, folder)] : []
    })
  }

  static async open(root: StackNodeDocument, folder: string): Promise<OpenStack> {
    const stack = await openStack({ strata: 1, root }, { registry: soakRegistry, baseDirectory: folder })
    return new OpenStack(stack, folder)
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
