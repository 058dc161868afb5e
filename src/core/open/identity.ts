import { fnv1a64 } from '../hash/fnv1a64.ts'

/** Tells data in the memory of this process from data in any other. */
const PROCESS = crypto.randomUUID()
let lastNumber = 0

/** The id of data that lives as long as this process: no other store has it. */
export function idInProcess(kind: string): string {
  return `${kind}:${PROCESS}.${++lastNumber}`
}

const idsOfObjects = new WeakMap<object, string>()

/** The id of an object that a caller gave, the same each time that it is given. */
export function idOfObject(kind: string, object: object): string {
  const id = idsOfObjects.get(object) ?? idInProcess(kind)
  idsOfObjects.set(object, id)
  return id
}

/** What the etags of a store begin with, so that none matches in another: a short form of the id of its data. */
export function etagSourceOf(id: string): string {
  return fnv1a64(id).toString(36)
}

/** What a write made, whose etag is computed when it is asked for. */
export function writtenWith(etagOf: () => string): { readonly etag: string } {
  let etag: string | undefined
  return {
    get etag() {
      etag ??= etagOf()
      return etag
    },
  }
}
