import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import type { Stat } from '../../../datastore.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import type { Call } from '../../../open/call.ts'
import { etagSourceOf } from '../../../open/identity.ts'
import type { Payload } from '../../../open/payload.ts'
import type { Found, Moved, Refused, Removed, StoreInfo } from '../../../open/store.ts'
import { HEADER_BYTES } from '../../../ordered/strata/header.ts'
import { formatRecord } from '../../../ordered/strata/own-records.ts'
import type { ForeignChange, KeyValues, KeyWritten } from '../../indexed/key-values.ts'
import { HASHED, type Item, ItemForm } from './item-form.ts'
import type { ItemName, ItemNames } from './item-names.ts'
import type { MemcachedServer } from './memcached-server.ts'
import { flagOf, type Reply } from './reply-reader.ts'
import { scanItems } from './scan-items.ts'
import { factsOf, type ServerFacts } from './server-facts.ts'

/** Bytes that the server adds to an item: its name, and its own fields. */
const ITEM_OVERHEAD = 1024
/** Seconds. Longer times are dates for the server. */
const MAX_SPAN = 60 * 60 * 24 * 30
/** The maximum number of seconds that an item outlives its value, because the clock of the server counts seconds. */
const CLOCK_TOLERANCE = 2

export interface MemcachedValuesParts {
  readonly server: MemcachedServer
  readonly names: ItemNames
  readonly info: StoreInfo
  readonly facts: ServerFacts
  readonly isStrata: boolean
  /** Whether the prefix is empty. */
  readonly isWhole: boolean
  readonly problem: string
  readonly isReadOnly: boolean
}

/** Values in a memcached server. The etag of a value is the number that the server gave its write. */
export class MemcachedValues implements KeyValues {
  readonly reportsOthers = false
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly #parts: MemcachedValuesParts
  readonly #server: MemcachedServer
  readonly #form: ItemForm
  readonly #valueBytes: number
  #source: string
  /** Whether the item that marks layout `strata` was written by this store. */
  #isMarked: boolean
  /** The names that were removed since the scan that is running began. */
  #removed: Set<string> | undefined

  constructor(parts: MemcachedValuesParts) {
    const { server, info, facts, isStrata, isReadOnly } = parts
    this.#parts = parts
    this.#server = server
    this.info = info
    this.#form = new ItemForm(isStrata)
    this.#source = this.#sourceOf(facts)
    this.#isMarked = !isStrata
    this.#valueBytes = facts.itemBytes - ITEM_OVERHEAD
    this.capabilities = {
      ...MINIMAL,
      writable: !isReadOnly,
      read: { range: false, stream: false, etag: 'version' },
      write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: false, ttl: isStrata },
      remove: { ifMatch: 'everyone' },
      rename: 'copy',
      watch: 'own',
      durable: false,
      persistent: true,
      limits: { valueBytes: this.#valueBytes - (isStrata ? HEADER_BYTES : 0) },
    }
    server.onReached(async connection => {
      this.#source = this.#sourceOf(await factsOf(connection))
      this.#isMarked = !isStrata
    })
  }

  #sourceOf({ run }: ServerFacts): string {
    return etagSourceOf(`${this.info.id}#${run}`)
  }

  read(key: Key): Promise<Found | undefined> {
    const name = this.#parts.names.nameOf(key)
    if (name === undefined) return Promise.resolve(undefined)
    return this.#get('get', name).then(reply => this.#foundIn(name, reply))
  }

  #get(action: string, name: ItemName): Promise<Reply> {
    return this.#server.send(action, `mg ${name.key}${this.#form.flags}${name.flag}`)
  }

  #foundIn(name: ItemName, reply: Reply): MemcachedFound | undefined {
    if (reply.value === undefined) return undefined
    const item = this.#form.read(name, reply, Date.now())
    return item && new MemcachedFound(item, reply.rest, this.#source, !this.#form.hasHeader)
  }

  async stat(key: Key): Promise<Stat | undefined> {
    const name = this.#parts.names.nameOf(key)
    if (name === undefined) return undefined
    const found = this.#foundIn(name, await this.#get('stat', name))
    if (found === undefined) return undefined
    const { bytes, etag, mtime, expires, expiresHere } = found
    return { size: bytes.length, mtime, etag, ...(expires !== undefined && { expires, expiresHere }) }
  }

  async has(key: Key): Promise<boolean> {
    const name = this.#parts.names.nameOf(key)
    if (name === undefined) return false
    // An item with a hash for its name may hold the value of another key, which only the item itself contains.
    if (name.whole === undefined) {
      const { status, rest } = await this.#server.send('look up', `mg ${name.key} t${name.flag}`)
      if (status !== 'HD' || !this.#mayHaveExpired(rest)) return status === 'HD'
    }
    return this.#foundIn(name, await this.#get('look up', name)) !== undefined
  }

  /** @param rest With the flag `t`. */
  #mayHaveExpired(rest: string): boolean {
    const seconds = flagOf(rest, 't') ?? -1
    return this.#form.hasHeader && seconds >= 0 && seconds <= CLOCK_TOLERANCE
  }

  async write(key: Key, value: Payload, { options }: Call): Promise<KeyWritten> {
    const name = this.#nameToWrite('put', key)
    const { ttl, create, replace, ifMatch } = options
    const mtime = Date.now()
    const expires =
      ttl === undefined || ttl === Infinity ? undefined : Math.min(Math.ceil(mtime + ttl), LAST_TIME)
    // Before anything is awaited: the bytes are the caller's again then.
    const item = this.#made(key, name, { bytes: value.bytes, mtime, expires })
    if (!this.#isMarked) await this.#mark()
    const time = timeFlag(expires, mtime)
    if (ifMatch === undefined && create && replace) return this.#written(await this.#set(name, item, time))
    for (;;) {
      const { found, cas } = await this.#now('put', name)
      if (ifMatch !== undefined && found?.etag !== ifMatch) return refusedAs('changed')
      if (!create && found === undefined) return refusedAs('absent')
      if (!replace && found !== undefined) return refusedAs('exists')
      const reply = await this.#set(name, item, `${time}${conditionOf(cas)}`)
      if (reply.status === 'HD') return this.#written(reply)
    }
  }

  /** What is there: an expired value is not found, but its item still has a number. */
  async #now(action: string, name: ItemName): Promise<State> {
    const reply = await this.#get(action, name)
    if (reply.value === undefined) return { cas: undefined, found: undefined }
    return { cas: flagOf(reply.rest, 'c'), found: this.#foundIn(name, reply) }
  }

  #set(name: ItemName, item: Uint8Array, flags: string): Promise<Reply> {
    const hashed = name.whole === undefined ? '' : ` F${HASHED}`
    return this.#server.send('put', `ms ${name.key} ${item.length} c${name.flag}${hashed}${flags}`, item)
  }

  /** @throws DatastoreError `VALUE_INVALID` for an item that the server would refuse after removing the existing one. */
  #made(key: Key, name: ItemName, value: Item): Uint8Array {
    const item = this.#form.make(name, value)
    if (item.length <= this.#valueBytes) return item
    const state = `it takes ${item.length} bytes with its key, and this server accepts at most ${this.#valueBytes}`
    throw failure('VALUE_INVALID', 'put', key, state)
  }

  #written({ rest }: Reply): KeyWritten {
    const source = this.#source
    return { written: { etag: `${source}.${numberIn(rest)}` }, isKnown: false }
  }

  /** Marks the place as layout `strata`. The server may evict the mark like any item. */
  async #mark(): Promise<void> {
    const { key, flag } = this.#parts.names.own('format')
    const record = formatRecord(this.info.id)
    await this.#server.send('put', `ms ${key} ${record.length} ME${flag}`, record)
    this.#isMarked = true
  }

  async remove(key: Key, { options: { ifMatch } }: Call): Promise<Removed> {
    const name = this.#parts.names.nameOf(key)
    if (name === undefined) return 'absent'
    if (ifMatch === undefined && !this.#form.hasHeader && name.whole === undefined) {
      const { status } = await this.#server.send('delete', `md ${name.key}${name.flag}`)
      return status === 'HD' ? this.#gone(name) : 'absent'
    }
    for (;;) {
      const { found, cas = 0 } = await this.#now('delete', name)
      if (found === undefined) return 'absent'
      if (ifMatch !== undefined && found.etag !== ifMatch) return 'changed'
      const { status } = await this.#server.send('delete', `md ${name.key} C${cas}${name.flag}`)
      if (status === 'HD') return this.#gone(name)
    }
  }

  #gone({ key }: ItemName): 'removed' {
    this.#removed?.add(key)
    return 'removed'
  }

  /** Copies the value with its times, and removes it if it is unchanged. */
  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#parts.names.nameOf(from)
    const target = this.#nameToWrite('rename to', to)
    if (source === undefined) return 'absent'
    if (!this.#isMarked) await this.#mark()
    for (;;) {
      const { found, cas = 0 } = await this.#now('rename', source)
      if (found === undefined) return 'absent'
      const there = call.options.replace ? undefined : await this.#now('rename', target)
      if (there?.found !== undefined) return 'exists'
      call.throwIfAborted('rename', from)
      const { bytes, mtime, expires } = found
      const item = this.#made(to, target, { bytes, mtime, expires })
      const time = timeFlag(expires, Date.now())
      const copied = await this.#set(
        target,
        item,
        `${time}${there === undefined ? '' : conditionOf(there.cas)}`,
      )
      if (copied.status !== 'HD') continue
      const { status } = await this.#server.send('rename', `md ${source.key} C${cas}${source.flag}`)
      if (status !== 'EX') {
        this.#gone(source)
        return 'moved'
      }
      // Another program has replaced the source: the copy is withdrawn, unless it was replaced too.
      if (!call.options.replace) {
        await this.#server.send('rename', `md ${target.key} C${numberIn(copied.rest, 10)}${target.flag}`)
      }
    }
  }

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    const removed = new Set<string>()
    this.#removed = removed
    try {
      await scanItems({ server: this.#server, names: this.#parts.names, removed }, signal, each)
    } finally {
      this.#removed = undefined
    }
  }

  /** What the server evicts is not reported, and neither are removals by others. */
  present(keys: readonly Key[]): Promise<readonly boolean[]> {
    return Promise.all(keys.map(key => this.has(key)))
  }

  /** The server counts expired items until it removes them. */
  async count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined> {
    if (!this.#parts.isWhole) return undefined
    const { items } = await this.#server.facts('count')
    return { entries: Math.max(0, items - (this.#form.hasHeader && this.#isMarked ? 1 : 0)), isExact: false }
  }

  /** What a server that was gone held is lost, unless the connection alone was. */
  changes(signal: AbortSignal, notify: (change: ForeignChange) => void): void {
    this.#server.onReached(() => {
      if (!signal.aborted) notify('resync')
      return Promise.resolve()
    })
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  #nameToWrite(action: string, key: Key): ItemName {
    const name = this.#parts.names.nameOf(key)
    if (name !== undefined) return name
    throw failure('KEY_INVALID', action, key, this.#parts.problem)
  }
}

/** The number of the write of an item, and its value unless it has expired. */
interface State {
  readonly cas: number | undefined
  readonly found: MemcachedFound | undefined
}

/** A value. Its etag is computed when it is read. */
class MemcachedFound implements Found {
  readonly bytes: Uint8Array
  readonly shared = false
  readonly mtime: number | undefined
  readonly expires: number | undefined
  readonly expiresHere: boolean
  readonly #flags: string
  readonly #source: string

  constructor({ bytes, mtime, expires }: Item, flags: string, source: string, isByServer: boolean) {
    this.bytes = bytes
    this.mtime = mtime
    this.expires = expires
    this.expiresHere = isByServer && expires !== undefined
    this.#flags = flags
    this.#source = source
  }

  get etag(): string {
    return `${this.#source}.${numberIn(this.#flags)}`
  }
}

/** The latest time that a header holds, in milliseconds since 1970. */
const LAST_TIME = 2 ** 48 - 1
/** The latest date of the server, in seconds since 1970. */
const LAST_DATE = 2 ** 31 - 1

function numberIn(flags: string, base = 36): string {
  return (flagOf(flags, 'c') ?? 0).toString(base)
}

function conditionOf(cas: number | undefined): string {
  return cas === undefined ? ' ME' : ` C${cas}`
}

/**
 * The flag for when the server removes an item, not before its value has expired: seconds from now, or a date. The server
 * has no later dates than 2038: then only the header says it.
 */
function timeFlag(expires: number | undefined, now: number): string {
  if (expires === undefined) return ''
  const [span, date] = [expires - now, expires].map(time => Math.ceil(time / 1000) + 1) as [number, number]
  if (span <= MAX_SPAN) return ` T${Math.max(1, span)}`
  return date < LAST_DATE ? ` T${date}` : ''
}

function refusedAs(reason: Refused): KeyWritten {
  return { written: { refused: reason }, isKnown: false }
}
