import { ForwardingDatastore } from '../../src/core/adapters/forwarding.ts'
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  ValueSource,
} from '../../src/core/datastore.ts'
import type { Key } from '../../src/core/key.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'

export const DEFECTS = [
  'forgets puts',
  'tears values',
  'brings deleted values back',
  'leaves keys out of lists',
] as const
export type Defect = (typeof DEFECTS)[number]

/** A memory store with a defect that shows now and then: it proves that the model would notice. */
export class BrokenDatastore extends ForwardingDatastore<Uint8Array> {
  readonly #defect: Defect
  #turn = 0

  constructor(defect: Defect) {
    super(new MemoryDatastore())
    this.#defect = defect
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    const isFresh = !(await super.has(key))
    const result = await super.put(key, value, options)
    if (isFresh && this.#isDue('forgets puts')) await super.delete(key)
    return result
  }

  override async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    const value = await super.get(key, options)
    return this.#isDue('tears values') ? value.subarray(1) : value
  }

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (!this.#isDue('brings deleted values back')) return super.delete(key, options)
    const value = await super.get(key).catch(() => undefined)
    await super.delete(key, options)
    if (value !== undefined) await super.put(key, value)
  }

  override async list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    const page = await super.list(prefix, options)
    return this.#isDue('leaves keys out of lists') ? { ...page, children: page.children.slice(1) } : page
  }

  #isDue(defect: Defect): boolean {
    return defect === this.#defect && ++this.#turn % 3 === 0
  }
}
