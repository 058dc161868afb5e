import { FaultDatastore, type Faults } from '../../../src/core/adapters/wrappers/fault.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { openStack } from '../../../src/core/node/stack.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Stack } from '../../../src/core/stack/open.ts'
import type { Random } from '../random.ts'
import { soakRegistry } from './kinds.ts'

/** A random stack that is open, with its faults in hand. */
export class OpenStack {
  readonly store: BinaryDatastore
  readonly #stack: Stack

  private constructor(stack: Stack) {
    this.store = stack.store
    this.#stack = stack
  }

  static async open(root: StackNodeDocument, folder: string): Promise<OpenStack> {
    return new OpenStack(
      await openStack({ strata: 1, root }, { registry: soakRegistry, baseDirectory: folder }),
    )
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

  close(): Promise<void> {
    return this.#stack.close()
  }
}
