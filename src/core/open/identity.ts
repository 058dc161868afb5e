import { fnv1a64 } from '../hash/fnv1a64.ts'

/** Distinguishes data in the memory of this process from all other data. */
const PROCESS = crypto.randomUUID()
let lastNumber = 0

/** A unique id for data that lives as long as this process. */
export function idInProcess(kind: string): string {
  return `${kind}:${PROCESS}.${++lastNumber}`
}

const idsOfObjects = new WeakMap<object, string>()

/** The id of an object that a caller passed: the same each time for the same object. */
export function idOfObject(kind: string, object: object): string {
  const id = idsOfObjects.get(object) ?? idInProcess(kind)
  idsOfObjects.set(object, id)
  return id
}

/** The beginning of a store's etags, so that no etag matches in another store: a short form of the id of its data. */
export function etagSourceOf(id: string): string {
  return fnv1a64(id).toString(36)
}

/** The result of a write whose etag is computed on first access. */
export function writtenWith(etagOf: () => string): { readonly etag: string } {
  return new LazyEtag(etagOf)
}

/**
 * The property is the object's own, so that a copy of the result has it too. All objects share one getter: a getter in
 * an object literal would be a new function, and with it a new hidden class, for each write.
 */
class LazyEtag {
  declare readonly etag: string
  readonly #etagOf: () => string
  #etag: string | undefined

  constructor(etagOf: () => string) {
    this.#etagOf = etagOf
    Object.defineProperty(this, 'etag', LazyEtag.#property)
  }

  static readonly #property: PropertyDescriptor & ThisType<LazyEtag> = {
    enumerable: true,
    get() {
      this.#etag ??= this.#etagOf()
      return this.#etag
    },
  }
}
