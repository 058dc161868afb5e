import type { ListPage } from '../../src/core/datastore.ts'
import type { Key } from '../../src/core/key.ts'
import { LayeredStore } from '../../src/core/layers/layer.ts'
import type { Call } from '../../src/core/open/call.ts'
import { Datastore } from '../../src/core/open/datastore.ts'
import { OpenStore } from '../../src/core/open/open-store.ts'
import { Payload } from '../../src/core/open/payload.ts'
import type { Found, Removed, Written } from '../../src/core/open/store.ts'
import { MemoryStore } from '../../src/core/stores/memory.ts'

export const DEFECTS = [
  'loses puts',
  'tears values',
  'brings deleted values back',
  'leaves keys out of lists',
] as const
export type Defect = (typeof DEFECTS)[number]

/** A memory store with an occasional defect: it proves that the model would detect it. */
export class BrokenDatastore extends Datastore {
  constructor(defect: Defect) {
    super(new BrokenStore(defect))
  }
}

class BrokenStore extends LayeredStore {
  readonly #defect: Defect
  #turn = 0

  constructor(defect: Defect) {
    super(new OpenStore(new MemoryStore()), {
      name: 'broken',
      delays: true,
      around: (step, run) => run(step.call),
    })
    this.#defect = defect
  }

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    const isFresh = !(await super.has(key, call.bare))
    const written = await super.write(key, value, call)
    if (isFresh && this.#isDue('loses puts')) await super.remove(key, call.bare)
    return written
  }

  override async read(key: Key, call: Call): Promise<Found | undefined> {
    const found = await super.read(key, call)
    if (found === undefined || !this.#isDue('tears values')) return found
    return { ...found, bytes: found.bytes.subarray(1) }
  }

  override async remove(key: Key, call: Call): Promise<Removed> {
    if (!this.#isDue('brings deleted values back')) return super.remove(key, call)
    const found = await super.read(key, call.bare)
    const removed = await super.remove(key, call)
    if (found !== undefined) await super.write(key, Payload.kept(found.bytes), call.bare)
    return removed
  }

  override async list(prefix: Key, call: Call): Promise<ListPage> {
    const page = await super.list(prefix, call)
    return this.#isDue('leaves keys out of lists') ? { ...page, children: page.children.slice(1) } : page
  }

  #isDue(defect: Defect): boolean {
    return defect === this.#defect && ++this.#turn % 3 === 0
  }
}
