import { z } from 'zod'
import { ForwardingDatastore } from '../../../src/core/adapters/forwarding.ts'
import { WriteBackStore } from '../../../src/core/adapters/tiered/write-back-store.ts'
import { collectBytes, isByteSource } from '../../../src/core/bytes.ts'
import type {
  BinaryDatastore,
  DeleteOptions,
  PutOptions,
  PutResult,
  RenameOptions,
  ValueSource,
} from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { onlyChild } from '../../../src/core/stack/only-child.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

/** What is wrong with a store when its process is killed, and the invariant that tells. */
export const CRASH_DEFECTS = {
  'acknowledges a sync early': 'what was synced is there',
  'deletes after a sync': 'what was deleted before a sync stays away',
  'writes a value in two pieces': 'a read gives a possible value',
  'leaves what nobody put': 'a read gives a possible value',
  'renames by deleting first': 'a rename that is cut short loses nothing',
} as const
export type CrashDefect = keyof typeof CRASH_DEFECTS

const pause = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds))

/** Keeps its values in the store below, in a way that a killed process shows. */
class BrokenDisk extends ForwardingDatastore<Uint8Array> {
  readonly #defect: CrashDefect

  constructor(defect: CrashDefect, store: BinaryDatastore) {
    super(store)
    this.#defect = defect
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    const defect = this.#defect
    if (defect === 'acknowledges a sync early') await pause(20)
    if (defect === 'leaves what nobody put') await super.put(Key.parse('/ghost'), Uint8Array.of(1))
    if (defect !== 'writes a value in two pieces') return super.put(key, value, options)
    const whole = isByteSource(value) ? await collectBytes(value, key) : value
    await super.put(key, whole.subarray(1), options)
    await pause(5)
    return super.put(key, whole)
  }

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (this.#defect === 'deletes after a sync') await pause(40)
    return super.delete(key, options)
  }

  override async rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    if (this.#defect !== 'renames by deleting first' || from.equals(to))
      return super.rename(from, to, options)
    const value = await super.get(from)
    const isFree = options?.replace !== false || !(await super.has(to))
    if (!isFree) return super.rename(from, to, options)
    await super.delete(from)
    await pause(20)
    await super.put(to, value)
  }
}

/** Acknowledges from memory, and says too early that nothing is left there. */
class HastyTiers extends WriteBackStore {
  override async sync(): Promise<void> {
    // Whatever is unflushed stays so.
  }
}

/** Not for random stacks: it shows that a model notices. */
export const brokenDiskKind = defineKind({
  kind: 'broken-disk',
  label: 'Broken disk',
  help: '',
  schema: z.strictObject({ defect: z.enum(Object.keys(CRASH_DEFECTS) as [CrashDefect]) }),
  children: 'one',
  childrenField: 'store',
  open: async ({ defect }, children, { path }) => {
    const isLate = defect === 'acknowledges a sync early' || defect === 'deletes after a sync'
    const disk = new BrokenDisk(defect, onlyChild(children, path))
    return isLate ? new Datastore(new HastyTiers([new MemoryDatastore(), disk].map(openStoreOf))) : disk
  },
})
