import type { Collection, Document, Filter } from 'mongodb'
import { failure } from '../../../errors.ts'
import { inGroups } from '../../in-groups.ts'
import type { MongoAccess } from './mongo-access.ts'

/** How documents are read so that fields keep their types: numbers and the like are objects of the client. */
export const TYPED = {
  promoteValues: false,
  promoteBuffers: false,
  promoteLongs: false,
  bsonRegExp: true,
} as const

/** Names that are looked up in one request. */
const MAX_PRESENT = 512

/** Where documents are, and which of them are the values of keys. */
export interface DocumentPlace {
  /** Names the data. */
  readonly id: string
  /** The field with the key, where documents are shown with it. */
  readonly keyField?: string | undefined
  /** The collection whose changes name the keys that were changed; `undefined` where they do not. */
  readonly followed?: Collection | undefined
  /** The name of the key whose document has this id, in `followed`. */
  nameOf?(id: unknown): string
  /** The collection of a key, and what its document is found by. */
  find(name: string): { readonly collection: Collection; readonly filter: Filter<Document> }
  /** The names of all keys. */
  names(): AsyncIterable<string>
  /** Those of some names that have a document. */
  present(names: readonly string[]): Promise<ReadonlySet<string>>
  /** What is shown of a document. */
  shownOf(document: Document): unknown
  /** The document for what was put under a name. @throws DatastoreError `VALUE_INVALID` */
  documentOf(name: string, shown: unknown, old: Document | undefined): Document
  count(): Promise<number | undefined>
}

function invalid(state: string): Error {
  return failure('VALUE_INVALID', 'put', undefined, state)
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('_bsontype' in value)
}

/** A document without some of its fields. */
export function without(document: Document, ...fields: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !fields.includes(name)))
}

const OBJECT_ID = /^[0-9a-f]{24}$/

/** Any collection. A key is the text of its field; an ObjectId is its hexadecimal digits, another id its Extended JSON. */
export class CollectionPlace implements DocumentPlace {
  readonly id: string
  readonly #access: MongoAccess
  readonly #collection: Collection
  readonly #field: string

  get keyField(): string {
    return this.#field
  }

  /** Changes name the ids of documents. */
  get followed(): Collection | undefined {
    return this.#field === '_id' ? this.#collection : undefined
  }

  constructor(access: MongoAccess, collection: string, field: string) {
    this.#access = access
    this.#collection = access.database.collection(collection)
    this.#field = field
    this.id = `mongodb:${access.name}/${access.database.databaseName}/${collection}:${field}`
  }

  find(name: string) {
    return { collection: this.#collection, filter: { [this.#field]: { $in: this.#idsOf(name) } } }
  }

  /** What a name may be the text of. */
  #idsOf(name: string): unknown[] {
    const { ObjectId, BSON } = this.#access.package
    const ids: unknown[] = [name]
    if (OBJECT_ID.test(name)) ids.push(new ObjectId(name))
    if (name.startsWith('{"$')) {
      try {
        ids.push(BSON.EJSON.parse(name, { relaxed: false }))
      } catch {
        // It is the text of a key.
      }
    }
    return ids
  }

  async *names(): AsyncIterable<string> {
    const found = this.#collection.find(
      { [this.#field]: { $exists: true } },
      { projection: { [this.#field]: 1 } },
    )
    for await (const document of found) yield this.nameOf(document[this.#field])
  }

  async present(names: readonly string[]): Promise<ReadonlySet<string>> {
    const ids = names.flatMap(name => this.#idsOf(name))
    const found = await fieldsIn(this.#collection, this.#field, ids)
    return new Set(found.map(id => this.nameOf(id)))
  }

  nameOf(id: unknown): string {
    const { ObjectId, BSON } = this.#access.package
    if (typeof id === 'string') return id
    if (id instanceof ObjectId) return (id as { toHexString(): string }).toHexString()
    return BSON.EJSON.stringify(id, { relaxed: false })
  }

  shownOf(document: Document): unknown {
    return document
  }

  documentOf(name: string, shown: unknown, old: Document | undefined): Document {
    if (!isObject(shown)) throw invalid('a document is a JSON object')
    const fields: Readonly<Record<string, unknown>> = shown
    const id =
      fields[this.#field] ?? (old as Readonly<Record<string, unknown>> | undefined)?.[this.#field] ?? name
    if (this.nameOf(id) !== name) {
      throw invalid(`its field ${JSON.stringify(this.#field)} names another key; rename the key instead`)
    }
    const document = { [this.#field]: id, ...shown }
    if (this.#field === '_id' || old === undefined) return document
    return { ...document, _id: (document['_id'] ?? old['_id']) as unknown }
  }

  count(): Promise<number> {
    return this.#collection.countDocuments({ [this.#field]: { $exists: true } })
  }
}

/**
 * A database of py datastore.mongo: a collection for each path of keys, whose documents have the whole key in `key`. A value
 * that is no document with that key is wrapped.
 */
export class PyDatabasePlace implements DocumentPlace {
  readonly id: string
  readonly #access: MongoAccess

  constructor(access: MongoAccess) {
    this.#access = access
    this.id = `mongodb:${access.name}/${access.database.databaseName}`
  }

  find(name: string) {
    const collection = this.#access.database.collection(collectionOf(name))
    return { collection, filter: { key: name } }
  }

  async *names(): AsyncIterable<string> {
    const { database } = this.#access
    for await (const { name } of database.listCollections({}, { nameOnly: true })) {
      if (name.startsWith('system.')) continue
      // Paths of several keys may have one collection, so only the field says which key it is.
      const found = database.collection(name).find({ key: { $type: 'string' } }, { projection: { key: 1 } })
      for await (const { key } of found) if (collectionOf(String(key)) === name) yield String(key)
    }
  }

  async present(names: readonly string[]): Promise<ReadonlySet<string>> {
    const collections = new Map<string, string[]>()
    for (const name of names) {
      const collection = collectionOf(name)
      const some = collections.get(collection)
      if (some === undefined) collections.set(collection, [name])
      else some.push(name)
    }
    const found = await Promise.all(
      [...collections].map(([collection, some]) =>
        fieldsIn(this.#access.database.collection(collection), 'key', some),
      ),
    )
    return new Set(found.flat().map(String))
  }

  shownOf(document: Document): unknown {
    return isWrapped(document) ? document['val'] : without(document, '_id')
  }

  documentOf(name: string, shown: unknown, old: Document | undefined): Document {
    const id = old === undefined ? {} : { _id: old['_id'] as unknown }
    if (isObject(shown) && shown['key'] === name && !isWrapped(shown)) return { ...shown, ...id }
    return { ...id, key: name, val: shown, _wrapped: true }
  }

  count(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

/** Which of `values` a field has in some document. */
async function fieldsIn(
  collection: Collection,
  field: string,
  values: readonly unknown[],
): Promise<unknown[]> {
  const found = await Promise.all(
    inGroups(values, MAX_PRESENT).map(some =>
      collection
        // Larger than the answer, so that no second request has to ask whether there is more.
        .find({ [field]: { $in: some } }, { projection: { [field]: 1 }, batchSize: some.length + 1 })
        .toArray(),
    ),
  )
  return found.flat().map(document => document[field] as unknown)
}

function isWrapped(document: Document): boolean {
  return document['_wrapped'] === true
}

/** The collection of a key: its path, which is the parent and the type, with `.` for `/` and `_` for `:`. */
function collectionOf(name: string): string {
  const parent = name.slice(0, Math.max(0, name.lastIndexOf('/')))
  const last = name.slice(parent.length + 1)
  const colon = last.lastIndexOf(':')
  const path = colon < 0 ? parent : `${parent}/${last.slice(0, colon)}`
  const collection = path.replace(/^\//, '').replaceAll(':', '_').replaceAll('/', '.')
  return collection === '' ? '_' : collection
}
