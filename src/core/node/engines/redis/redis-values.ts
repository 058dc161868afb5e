import { createHash } from 'node:crypto'
import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import type { Stat } from '../../../datastore.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { Packer } from '../../../key-index/packed.ts'
import type { Call } from '../../../open/call.ts'
import { etagSourceOf, writtenWith } from '../../../open/identity.ts'
import type { Payload } from '../../../open/payload.ts'
import type { Found, Moved, Refused, Removed, StoreInfo } from '../../../open/store.ts'
import { NamePacker } from '../../../ordered/path/pack-names.ts'
import type { PathNames } from '../../../ordered/path/path-names.ts'
import type { ForeignChange, KeyValues, KeyWritten } from '../../indexed/key-values.ts'
import type { Argument, Connection, Reply } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'
import { OWN_COPY, REMOVE_COPIED } from './move-scripts.ts'
import type { ReachedAnew } from './reached-anew.ts'
import type { RedisServer, Script } from './server.ts'
import { asked, fieldsOf, type ServerFacts } from './server-facts.ts'
import { Texts } from './texts.ts'
import type { Tracker } from './tracker.ts'
import { isTyped, type TypedKind } from './typed-json.ts'
import { REMOVE_SEEN, STAT, WRITE_TEXT } from './typed-scripts.ts'
import { TypedValues } from './typed-values.ts'

/** What the values are made of. */
export interface RedisValuesParts {
  readonly server: RedisServer
  readonly names: PathNames
  readonly info: StoreInfo
  readonly facts: ServerFacts
  readonly isReadOnly: boolean
  /** The time of the server, in milliseconds since 1970. */
  readonly now: () => number
  /** Tells what others change; `undefined` where the server does not. */
  readonly tracker: Tracker | undefined
  readonly reached: ReachedAnew
  readonly database: number
}

const REFUSED = [undefined, 'absent', 'exists', 'changed'] as const
/** Own writes that are remembered. */
const MOST_OWN = 1000
/** Names that the server looks at in one call: in the first, so that some are soon known, and in the largest. */
const FIRST_SCAN = 500
const LARGEST_SCAN = 4000
/** Milliseconds between two looks at whether any value expires. */
const LOOK = 1000

/** Values of other programs in Redis, as they are: texts as their bytes, other types as JSON (`typed-json.ts`). */
export class RedisValues implements KeyValues {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly sync?: () => Promise<void>
  readonly changes: (signal: AbortSignal, tell: (change: ForeignChange) => void) => void
  readonly #parts: RedisValuesParts
  readonly #server: RedisServer
  readonly #names: PathNames
  readonly #source: string
  readonly #texts: Texts<Argument, Found>
  readonly #typed: TypedValues
  /** What scripts of this store wrote last: states by names. */
  readonly #own = new Map<string, string>()
  /** Whether any value expires, as far as was seen: then each read asks for the time of its own. */
  #hasExpiries = true
  #looked = 0

  constructor(parts: RedisValuesParts) {
    const { server, names, info, facts, isReadOnly, tracker, reached } = parts
    this.#parts = parts
    this.#server = server
    this.#names = names
    this.info = info
    this.#source = etagSourceOf(info.id)
    this.#texts = new Texts<Argument, Found>({
      server,
      areTogether: !server.isCluster,
      nameOf: name => name,
      found: (_, text) => new TextFound(text, this.#source),
      failed: (name, error) => this.#readOther(name, error),
    })
    this.#typed = new TypedValues(server)
    this.capabilities = {
      ...MINIMAL,
      writable: facts.mayWrite && !facts.isReplica && !isReadOnly,
      read: { range: false, stream: false, etag: 'content' },
      write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: false, ttl: true },
      remove: { ifMatch: 'everyone' },
      rename: server.isCluster ? 'copy' : 'atomic',
      watch: tracker === undefined ? 'own' : 'all',
      durable: facts.isDurable,
      persistent: true,
      limits: { valueBytes: facts.valueBytes },
    }
    this.changes = (signal, tell) => {
      if (tracker !== undefined) this.#follow(tracker, signal, tell)
      else {
        reached.follow(async () => {
          if (!signal.aborted) tell('resync')
        })
      }
    }
    if (facts.isDurable) this.sync = () => Promise.resolve()
  }

  read(key: Key): Promise<Found | undefined> {
    const name = this.#nameOf(key)
    if (name === undefined) return Promise.resolve(undefined)
    return this.#mayExpire() ? this.#readExpiring(name) : this.#texts.read(name)
  }

  async #readExpiring(name: Argument): Promise<Found | undefined> {
    const reading = this.#server.send(name, ['GET', name])
    const expiring = this.#server.send(name, ['PTTL', name])
    expiring.catch(() => undefined)
    try {
      const value = await reading
      if (!Buffer.isBuffer(value)) return undefined
      const expires = expiresIn((await expiring) as number, this.#parts.now)
      return new TextFound(value, this.#source, expires)
    } catch (error) {
      return this.#readOther(name, error)
    }
  }

  /** What is no text. */
  #readOther(name: Argument, error: unknown): Promise<Found | undefined> {
    if (isRefusal(error, 'WRONGTYPE')) return this.#readTyped(name)
    throw redisFailure('get', error)
  }

  async #readTyped(name: Argument): Promise<Found | undefined> {
    const typed = await this.#typed.read(name)
    if (typed === undefined) return undefined
    const expires = expiresIn(typed.ttl, this.#parts.now)
    return {
      bytes: typed.json,
      shared: false,
      expires,
      expiresHere: expires !== undefined,
      etag: `${this.#source}.${typed.state}`,
    }
  }

  async stat(key: Key): Promise<Stat | undefined> {
    const name = this.#nameOf(key)
    if (name === undefined) return undefined
    const answer = await this.#run('stat', STAT, name, [])
    if (!Array.isArray(answer)) return undefined
    const [kind, size, sha, ttl] = answer
    if (String(kind) === 'string') {
      const expires = expiresIn(ttl as number, this.#parts.now)
      return {
        size: size as number,
        etag: `${this.#source}.${String(sha)}`,
        ...(expires !== undefined && { expires }),
      }
    }
    const found = await this.#readTyped(name)
    if (found === undefined) return undefined
    const { bytes, etag, expires } = found
    return { size: bytes.length, etag, ...(expires !== undefined && { expires }) }
  }

  async has(key: Key): Promise<boolean> {
    const name = this.#nameOf(key)
    return name !== undefined && (await this.#send('look up', name, ['EXISTS', name])) === 1
  }

  write(key: Key, value: Payload, { options }: Call): Promise<KeyWritten> {
    const name = this.#nameToWrite('put', key)
    const bytes = value.keep(copied)
    const { ttl, ifMatch } = options
    const time = ttl === undefined || ttl === Infinity ? '' : String(Math.max(1, Math.ceil(ttl)))
    if (time !== '') this.#hasExpiries = true
    return ifMatch === undefined
      ? this.#set(name, bytes, time, options)
      : this.#setSeen(name, bytes, time, this.#stateOf(ifMatch) ?? 'other data')
  }

  /**
   * Without a script, whose changes the server would tell as those of others. `GET` makes it refuse where there is a value of
   * another type; what was there before comes back with it.
   */
  #set(
    name: Argument,
    bytes: Uint8Array,
    time: string,
    { create, replace }: Call['options'],
  ): Promise<KeyWritten> {
    if (this.#own.size > 0) this.#own.delete(nameOf(name))
    const args: Argument[] = ['SET', name, bufferOf(bytes)]
    if (!create) args.push('XX')
    args.push(replace ? 'GET' : 'NX')
    if (time !== '') args.push('PX', time)
    return this.#server.send(name, args).then(
      before => {
        if (!replace && before === null) return refused('exists')
        if (!create && before === null) return refused('absent')
        const isKnown = replace && before !== null && this.#parts.tracker !== undefined
        return { written: writtenWith(() => `${this.#source}.${sha1(bytes)}`), isKnown }
      },
      (error: unknown) => this.#setOther(name, bytes, time, error),
    )
  }

  /** Where there is a value that is no text. */
  async #setOther(name: Argument, bytes: Uint8Array, time: string, error: unknown): Promise<KeyWritten> {
    if (!isRefusal(error, 'WRONGTYPE')) throw redisFailure('put', error)
    const kind = String(await this.#send('put', name, ['TYPE', name]))
    return this.#writeTyped(name, kind, bytes, { time, state: undefined })
  }

  async #setSeen(name: Argument, bytes: Uint8Array, time: string, state: string): Promise<KeyWritten> {
    const outcome = await this.#run('put', WRITE_TEXT, name, [state, time, bufferOf(bytes)])
    if (typeof outcome !== 'number') return this.#writeTyped(name, String(outcome), bytes, { time, state })
    const reason = REFUSED[outcome]
    if (reason !== undefined) return refused(reason === 'absent' ? 'changed' : reason)
    return this.#madeByScript(name, sha1(bytes))
  }

  async #writeTyped(
    name: Argument,
    kind: string,
    bytes: Uint8Array,
    writing: { readonly time: string; readonly state: string | undefined },
  ): Promise<KeyWritten> {
    const written = await this.#typed.write(name, this.#kindIn(kind), bytes, writing)
    return written.refused === undefined ? this.#madeByScript(name, written.state) : refused(written.refused)
  }

  #madeByScript(name: Argument, state: string): KeyWritten {
    this.#wrote(name, state)
    return { written: { etag: `${this.#source}.${state}` }, isKnown: false }
  }

  /** Remembers what a script has written, which the server tells as a change of others. */
  #wrote(name: Argument, state: string): void {
    if (this.#parts.tracker === undefined) return
    const [first] = this.#own.keys()
    if (this.#own.size >= MOST_OWN && first !== undefined) this.#own.delete(first)
    this.#own.set(nameOf(name), state)
  }

  /** @throws DatastoreError `VALUE_INVALID` for a type of a module, of which nothing is known. */
  #kindIn(kind: string): TypedKind {
    if (isTyped(kind)) return kind
    throw failure('VALUE_INVALID', 'put', undefined, `there is a value of the type ${JSON.stringify(kind)}`)
  }

  async remove(key: Key, { options: { ifMatch } }: Call): Promise<Removed> {
    const name = this.#nameOf(key)
    if (name === undefined) return 'absent'
    if (ifMatch === undefined)
      return (await this.#send('delete', name, ['DEL', name])) === 1 ? 'removed' : 'absent'
    const outcome = await this.#run('delete', REMOVE_SEEN, name, [this.#stateOf(ifMatch) ?? ''])
    if (outcome === 0) this.#wrote(name, '')
    return outcome === 0 ? 'removed' : outcome === 1 ? 'absent' : 'changed'
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#nameOf(from)
    const target = this.#nameToWrite('rename to', to)
    if (source === undefined) return 'absent'
    const { replace } = call.options
    this.#own.delete(nameOf(source))
    this.#own.delete(nameOf(target))
    if (this.#server.isCluster) return this.#moveCopy(source, target, replace)
    try {
      const moved = await this.#server.send(source, [replace ? 'RENAME' : 'RENAMENX', source, target])
      return moved === 0 ? 'exists' : 'moved'
    } catch (error) {
      if (isRefusal(error, 'ERR no such key')) return 'absent'
      throw redisFailure('rename', error)
    }
  }

  /** Masters of a cluster share no step: the value, of whatever type, is copied, and removed where it is still the same. */
  async #moveCopy(source: Argument, target: Argument, replace: boolean): Promise<Moved> {
    for (;;) {
      const copy = await this.#run('rename', OWN_COPY, source, [])
      if (!Array.isArray(copy)) return 'absent'
      const [state, ttl] = copy as [Buffer, number]
      const restore = ['RESTORE', target, String(Math.max(0, ttl)), state, ...(replace ? ['REPLACE'] : [])]
      try {
        await this.#server.send(target, restore)
      } catch (error) {
        if (isRefusal(error, 'BUSYKEY')) return 'exists'
        throw redisFailure('rename', error)
      }
      if ((await this.#run('rename', REMOVE_COPIED, source, [sha1(state)])) === 1) return 'moved'
      if (!replace) await this.#send('rename', target, ['DEL', target])
    }
  }

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    await Promise.all(this.#server.masters.map(master => this.#scanOne(master, signal, each)))
  }

  /** The server looks for the next names while those before them are taken. */
  async #scanOne(
    master: Connection,
    signal: AbortSignal,
    each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>,
  ): Promise<void> {
    const { prefix } = this.#names
    const matching = prefix.length === 0 ? [] : ['MATCH', Buffer.concat([globOf(prefix), Buffer.from('*')])]
    const packer = new Packer()
    const keys = new NamePacker(this.#names, packer)
    let taken = Promise.resolve()
    let cursor: string | Buffer | undefined = '0'
    for (let count = FIRST_SCAN; cursor !== undefined; count = Math.min(2 * count, LARGEST_SCAN)) {
      const [next, names] = await this.#scanned(master, ['SCAN', cursor, 'COUNT', `${count}`, ...matching])
      if (signal.aborted) return
      for (const name of names) keys.add(name)
      const taking = each(packer.take())
      taking.catch(() => undefined)
      await taken
      taken = taking
      cursor = String(next) === '0' ? undefined : next
    }
    await taken
  }

  async #scanned(
    master: Connection,
    args: readonly (string | Buffer)[],
  ): Promise<[cursor: Buffer, names: Buffer[]]> {
    try {
      return (await master.send(args)) as [Buffer, Buffer[]]
    } catch (error) {
      throw redisFailure('list', error)
    }
  }

  /** Values expire without a word, and where the server does not tell what others do, they delete without one. */
  async present(keys: readonly Key[]): Promise<readonly boolean[] | undefined> {
    if (!this.#mayExpire() && this.#parts.tracker !== undefined) return undefined
    return Promise.all(keys.map(key => this.has(key)))
  }

  async count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined> {
    if (this.#names.prefix.length > 0) return undefined
    const sizes = await Promise.all(this.#server.masters.map(master => asked(master, ['DBSIZE'])))
    if (!sizes.every(size => typeof size === 'number')) return undefined
    // What has expired is counted until the server removes it.
    return { entries: sizes.reduce((sum, size) => sum + size, 0), isExact: !this.#mayExpire() }
  }

  async close(): Promise<void> {
    await this.#parts.tracker?.close()
    await this.#server.close()
  }

  #follow(tracker: Tracker, signal: AbortSignal, tell: (change: ForeignChange) => void): void {
    tracker.follow(signal, name => {
      if (name === 'resync') tell('resync')
      else if (name.subarray(0, this.#names.prefix.length).equals(this.#names.prefix))
        void this.#look(name, tell)
    })
  }

  async #look(name: Buffer, tell: (change: ForeignChange) => void): Promise<void> {
    try {
      const own = this.#own.get(nameOf(name))
      if (own !== undefined && own === (await this.#stateIn(name))) return
      const isThere = (await this.#server.send(name, ['EXISTS', name])) === 1
      tell({ key: this.#names.keyOf(name), isThere })
    } catch {
      // The connection is lost, which is told as resync.
    }
  }

  async #stateIn(name: Argument): Promise<string> {
    const answer = await this.#run('stat', STAT, name, [])
    if (!Array.isArray(answer)) return ''
    const [kind, , sha] = answer
    return String(kind) === 'string' ? String(sha) : ((await this.#typed.read(name))?.state ?? '')
  }

  /** Whether any value expires, as was known a moment ago. */
  #mayExpire(): boolean {
    const now = performance.now()
    if (now - this.#looked > LOOK) {
      this.#looked = now
      void this.#lookForExpiries().catch(() => undefined)
    }
    return this.#hasExpiries
  }

  async #lookForExpiries(): Promise<void> {
    const infos = await Promise.all(this.#server.masters.map(master => asked(master, ['INFO', 'keyspace'])))
    const lines = infos.map(info =>
      info === undefined ? 'expires=1' : (fieldsOf(info).get(`db${this.#parts.database}`) ?? ''),
    )
    this.#hasExpiries = lines.some(line => /expires=[1-9]/.test(line))
  }

  /** The state that an etag names; `undefined` for one of other data. */
  #stateOf(etag: string): string | undefined {
    const source = `${this.#source}.`
    return etag.startsWith(source) ? etag.slice(source.length) : undefined
  }

  #nameOf(key: Key): Argument | undefined {
    const text = this.#names.textOf(key)
    if (text !== undefined) return text
    const bytes = this.#names.bytesOf(key)
    return bytes && bufferOf(bytes)
  }

  #nameToWrite(action: string, key: Key): Argument {
    const name = this.#nameOf(key)
    if (name !== undefined) return name
    throw failure('KEY_INVALID', action, key, this.#names.problem)
  }

  async #send(action: string, name: Argument, args: readonly Argument[]): Promise<Reply> {
    try {
      return await this.#server.send(name, args)
    } catch (error) {
      throw redisFailure(action, error)
    }
  }

  async #run(action: string, script: Script, name: Argument, args: readonly Argument[]): Promise<Reply> {
    try {
      return await this.#server.run(script, [name], args)
    } catch (error) {
      throw redisFailure(action, error)
    }
  }
}

/** Bytes as a text that names them. */
function nameOf(name: Argument): string {
  return (typeof name === 'string' ? Buffer.from(name) : name).toString('latin1')
}

function refused(reason: Refused): KeyWritten {
  return { written: { refused: reason }, isKnown: false }
}

/** A text as it was read. Its etag is computed when it is asked for. */
class TextFound implements Found {
  readonly bytes: Uint8Array
  readonly shared = false
  readonly expires: number | undefined
  readonly #source: string

  constructor({ buffer, byteOffset, length }: Buffer, source: string, expires?: number) {
    this.bytes = new Uint8Array(buffer, byteOffset, length)
    this.#source = source
    this.expires = expires
  }

  get expiresHere(): boolean {
    return this.expires !== undefined
  }

  get etag(): string {
    return `${this.#source}.${sha1(this.bytes)}`
  }
}

/** @param ttl Milliseconds; negative for none. */
function expiresIn(ttl: number | undefined, now: () => number): number | undefined {
  return ttl === undefined || ttl < 0 ? undefined : now() + ttl
}

function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

/** Out of Node's pool: a buffer of its own for each is dear. */
function copied(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(bytes.length)
  // A `Buffer` slices without a copy, and the tier above may keep this one.
  const copy = new Uint8Array(buffer, byteOffset, length)
  copy.set(bytes)
  return copy
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

/** What MATCH takes for these bytes and no others. */
function globOf(bytes: Uint8Array): Buffer {
  return Buffer.from([...bytes].flatMap(byte => (SPECIAL.includes(byte) ? [0x5c, byte] : [byte])))
}

const SPECIAL: readonly number[] = [...Buffer.from('*?[]^\\')]
