import type { Document } from 'mongodb'
import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import type { Stat } from '../../../datastore.ts'
import { failure, messageOf } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { Packer } from '../../../key-index/packed.ts'
import type { Call } from '../../../open/call.ts'
import { etagSourceOf } from '../../../open/identity.ts'
import type { Payload } from '../../../open/payload.ts'
import { checkConditions } from '../../../open/refusals.ts'
import type { Found, Moved, Removed, StoreInfo } from '../../../open/store.ts'
import { hasPart } from '../../../ordered/byte-order.ts'
import { NamePacker } from '../../../ordered/path/pack-names.ts'
import type { PathNames } from '../../../ordered/path/path-names.ts'
import type { Digest } from '../../../ordered/path/raw-form.ts'
import type { ForeignChange, KeyValues, KeyWritten } from '../../indexed/key-values.ts'
import { isDuplicate } from './failures.ts'
import type { MongoAccess } from './mongo-access.ts'
import { MongoChanges } from './mongo-changes.ts'
import type { Within } from './mongo-writes.ts'
import { type DocumentPlace, TYPED, without } from './places.ts'
import type { Topology } from './topology.ts'

/** How often a write is checked again, because others change the document at the same time. */
const ATTEMPTS = 50
/** Names of one batch of a scan. */
const BATCH = 1000

interface Parts {
  readonly access: MongoAccess
  readonly place: DocumentPlace
  readonly names: PathNames
  readonly digest: Digest | undefined
  readonly topology: Topology
  /** Refuses every write. */
  readonly isReadOnly: boolean
}

/** Documents as values: Extended JSON in its canonical form, which names the type of each field. */
export class DocumentValues implements KeyValues {
  readonly reportsOthers: boolean
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly #parts: Parts
  readonly #source: string
  readonly #changes: MongoChanges | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    const { access, place, topology, isReadOnly } = parts
    const { followed } = place
    this.#changes =
      topology.isReplicated && followed !== undefined
        ? new MongoChanges(access, followed, topology.time, id => Buffer.from(place.nameOf?.(id) ?? ''))
        : undefined
    this.reportsOthers = this.#changes !== undefined
    this.info = { kind: 'mongodb', id: parts.place.id }
    this.#source = etagSourceOf(parts.place.id)
    this.capabilities = {
      ...MINIMAL,
      writable: topology.isWritable && !isReadOnly,
      read: { range: false, stream: false, etag: 'content' },
      write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: false, ttl: false },
      remove: { ifMatch: 'everyone' },
      rename: 'copy',
      watch: this.reportsOthers ? 'all' : 'own',
      durable: true,
      persistent: true,
    }
  }

  async read(key: Key): Promise<Found | undefined> {
    const name = this.#nameOf(key)
    const document = name && (await this.#document(name))
    if (document === undefined || document === '') return undefined
    const bytes = this.#bytesOf(document)
    return { bytes, shared: false, etag: this.#etagOf(bytes) }
  }

  async stat(key: Key): Promise<Stat | undefined> {
    const found = await this.read(key)
    return found && { size: found.bytes.length, etag: found.etag }
  }

  async has(key: Key): Promise<boolean> {
    return (await this.read(key)) !== undefined
  }

  async write(key: Key, value: Payload, { options }: Call): Promise<KeyWritten> {
    const name = this.#nameToWrite('put', key)
    const shown = this.#shownIn(key, value.keep())
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const old = await this.#document(name)
      const refused = checkConditions(old && this.#etagOf(this.#bytesOf(old)), options)
      if (refused !== undefined) return { written: { refused }, isKnown: false }
      const document = this.#documentOf(key, name, shown, old)
      if (!(await this.#replace('put', name, old, document))) continue
      const etag = this.#etagOf(this.#bytesOf(document))
      return { written: { etag }, isKnown: false }
    }
    throw tooOften('put', key)
  }

  #documentOf(key: Key, name: string, shown: unknown, old: Document | undefined): Document {
    const document = this.#place.documentOf(name, shown, old)
    const size = this.#parts.access.package.BSON.calculateObjectSize(document)
    if (size <= 16 * 1024 * 1024) return document
    throw failure('VALUE_INVALID', 'put', key, `as a document it has ${size} bytes, and the most is 16 MiB`)
  }

  async remove(key: Key, { options }: Call): Promise<Removed> {
    const name = this.#nameOf(key)
    if (name === undefined) return 'absent'
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const old = await this.#document(name)
      if (old === undefined) return 'absent'
      const { ifMatch } = options
      if (ifMatch !== undefined && this.#etagOf(this.#bytesOf(old)) !== ifMatch) return 'changed'
      if (await this.#replace('delete', name, old, undefined)) return 'removed'
    }
    throw tooOften('delete', key)
  }

  /** The document at the new key is there before the old one is removed. */
  async move(from: Key, to: Key, { options }: Call): Promise<Moved> {
    const target = this.#nameToWrite('rename to', to)
    const source = this.#nameOf(from)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const old = source && (await this.#document(source))
      if (source === undefined || old === undefined || old === '') return 'absent'
      const there = await this.#document(target)
      if (there !== undefined && !options.replace) return 'exists'
      const moved = this.#place.documentOf(target, this.#renamed(old), there)
      if (!(await this.#replace('rename', target, there, moved))) continue
      if (await this.#replace('rename', source, old, undefined)) return 'moved'
    }
    throw tooOften('rename', from)
  }

  /** What is shown of a document, without its key. */
  #renamed(document: Document): unknown {
    const shown = this.#place.shownOf(document)
    if (shown !== document) return shown
    return without(document, '_id', this.#place.keyField ?? '_id')
  }

  /**
   * Replaces a document if it is still the same; the server checks this.
   * @returns False if it is not.
   */
  #replace(
    action: string,
    name: string,
    old: Document | undefined,
    next: Document | undefined,
  ): Promise<boolean> {
    const { collection } = this.#place.find(name)
    const work = async (within: Within): Promise<boolean> => {
      if (old === undefined) {
        try {
          await collection.insertOne(next as Document, within)
          return true
        } catch (error) {
          if (isDuplicate(error)) return false
          throw error
        }
      }
      const same = { _id: old['_id'] as never, $expr: { $eq: ['$$ROOT', { $literal: old }] } }
      if (next === undefined) return (await collection.deleteOne(same, within)).deletedCount === 1
      return (await collection.replaceOne(same, without(next, '_id'), within)).matchedCount === 1
    }
    const ids = [old, next].flatMap(one => (one === undefined ? [] : String(one['_id'])))
    return this.#parts.access.call(action, () =>
      this.#changes === undefined ? work({}) : this.#changes.own(ids, work, isDone => isDone),
    )
  }

  /** Changes of the documents that stand for keys. */
  changes(signal: AbortSignal, notify: (change: ForeignChange) => void): void {
    const { names } = this.#parts
    const stop = this.#changes?.follow(change => {
      if (change === 'resync') notify(change)
      else if (hasPart(change.key, names.prefix, 0))
        notify({ key: names.keyOf(change.key), isThere: change.isThere })
    })
    if (stop !== undefined) signal.addEventListener('abort', stop, { once: true })
  }

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    const packer = new Packer()
    const keys = new NamePacker(this.#parts.names, packer)
    let count = 0
    await this.#parts.access.call('list', async () => {
      for await (const name of this.#place.names()) {
        if (signal.aborted) return
        keys.add(Buffer.from(name))
        if (++count % BATCH === 0) await each(packer.take())
      }
    })
    if (!signal.aborted) await each(packer.take())
  }

  /** Removals by others are reported where there is a stream of changes. */
  async present(keys: readonly Key[]): Promise<readonly boolean[] | undefined> {
    if (this.reportsOthers) return undefined
    const names = keys.map(key => this.#nameOf(key))
    const given = names.filter(name => name !== undefined)
    const there = await this.#parts.access.read('look up', () => this.#place.present(given))
    return names.map(name => name !== undefined && there.has(name))
  }

  async count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined> {
    const entries = await this.#place.count()
    return entries === undefined ? undefined : { entries, isExact: true }
  }

  sync(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    await this.#changes?.close()
    await this.#parts.access.close()
  }

  get #place(): DocumentPlace {
    return this.#parts.place
  }

  async #document(name: string): Promise<Document | undefined> {
    const { collection, filter } = this.#place.find(name)
    const found = await this.#parts.access.read('get', () => collection.findOne(filter, TYPED))
    return found ?? undefined
  }

  #bytesOf(document: Document): Uint8Array {
    const { EJSON } = this.#parts.access.package.BSON
    const text = EJSON.stringify(this.#place.shownOf(document), undefined, 2, { relaxed: false })
    return new Uint8Array(Buffer.from(text))
  }

  #shownIn(key: Key, bytes: Uint8Array): unknown {
    const { EJSON } = this.#parts.access.package.BSON
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      return EJSON.parse(text, { relaxed: false })
    } catch (error) {
      throw failure('VALUE_INVALID', 'put', key, `it is not Extended JSON (${messageOf(error)})`, error)
    }
  }

  #etagOf(bytes: Uint8Array): string {
    return `${this.#source}.${this.#parts.digest?.(bytes) ?? ''}`
  }

  #nameOf(key: Key): string | undefined {
    const bytes = this.#parts.names.bytesOf(key)
    return bytes && Buffer.from(bytes).toString('utf8')
  }

  #nameToWrite(action: string, key: Key): string {
    const name = this.#nameOf(key)
    if (name === undefined) throw failure('KEY_INVALID', action, key, this.#parts.names.problem)
    return name
  }
}

function tooOften(action: string, key: Key): Error {
  return failure('TIMEOUT', action, key, 'others keep changing the document')
}
