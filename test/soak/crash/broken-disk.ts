import { z } from 'zod'
import { WriteBackStore } from '../../../src/core/adapters/tiered/write-back-store.ts'
import { Key } from '../../../src/core/key.ts'
import { LayeredStore } from '../../../src/core/layers/layer.ts'
import type { Call } from '../../../src/core/open/call.ts'
import { collected } from '../../../src/core/open/completion.ts'
import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { Payload } from '../../../src/core/open/payload.ts'
import type { Moved, Removed, Written } from '../../../src/core/open/store.ts'
import { defineKind, onlyChild } from '../../../src/core/stack/kind.ts'
import { MemoryStore } from '../../../src/core/stores/memory.ts'

/** Defects of a store that show when its process is killed, and the invariant that detects each. */
export const CRASH_DEFECTS = {
  'acknowledges a sync early': 'synced values are present',
  'deletes after a sync': 'synced deletes stay deleted',
  'writes a value in two pieces': 'a read gives a possible value',
  'leaves unknown values': 'a read gives a possible value',
  'renames by deleting first': 'an interrupted rename loses nothing',
} as const
export type CrashDefect = keyof typeof CRASH_DEFECTS

const pause = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds))

/** Keeps its values in the store below, with a defect that a killed process reveals. */
class BrokenDisk extends LayeredStore {
  readonly #defect: CrashDefect

  constructor(defect: CrashDefect, store: OpenStore) {
    super(store, { name: 'broken-disk', delays: true, around: (step, run) => run(step.call) })
    this.#defect = defect
  }

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    const defect = this.#defect
    if (defect === 'acknowledges a sync early') await pause(20)
    if (defect === 'leaves unknown values') {
      await super.write(Key.parse('/ghost'), Payload.kept(Uint8Array.of(1)), call.bare)
    }
    if (defect !== 'writes a value in two pieces') return super.write(key, value, call)
    const whole = await collected(key, value, call)
    const written = await super.write(key, Payload.kept(whole.subarray(1)), call)
    if (written.refused !== undefined) return written
    await pause(5)
    return super.write(key, Payload.kept(whole), call.bare)
  }

  override async remove(key: Key, call: Call): Promise<Removed> {
    if (this.#defect === 'deletes after a sync') await pause(40)
    return super.remove(key, call)
  }

  override async move(from: Key, to: Key, call: Call): Promise<Moved> {
    if (this.#defect !== 'renames by deleting first') return super.move(from, to, call)
    const found = await super.read(from, call.bare)
    const isFree = call.options.replace || !(await super.has(to, call.bare))
    if (found === undefined || !isFree) return super.move(from, to, call)
    await super.remove(from, call.bare)
    await pause(20)
    await super.write(to, Payload.kept(found.bytes), call.bare)
    return 'moved'
  }
}

/** Acknowledges from memory, and reports a complete flush too early. */
class HastyTiers extends WriteBackStore {
  override async sync(): Promise<void> {
    // Unflushed writes stay in memory.
  }
}

/** Not for random stacks: it proves that a model detects defects. */
export const brokenDiskKind = defineKind({
  kind: 'broken-disk',
  label: 'Broken disk',
  help: '',
  schema: z.strictObject({ defect: z.enum(Object.keys(CRASH_DEFECTS) as [CrashDefect]) }),
  children: 'one',
  childrenField: 'store',
  open: async ({ defect }, children, { path }) => {
    const isLate = defect === 'acknowledges a sync early' || defect === 'deletes after a sync'
    const disk = new BrokenDisk(defect, openStoreOf(onlyChild(children, path)))
    if (!isLate) return new Datastore(disk)
    return new Datastore(new HastyTiers([new OpenStore(new MemoryStore()), new OpenStore(disk)]))
  },
})
