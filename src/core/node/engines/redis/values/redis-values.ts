import { type Capabilities, MINIMAL } from '../../../../capabilities.ts'
import type { Stat } from '../../../../datastore.ts'
import { failure } from '../../../../errors.ts'
import type { Key } from '../../../../key.ts'
import type { Call } from '../../../../open/call.ts'
import { etagSourceOf, writtenWith } from '../../../../open/identity.ts'
import type { Payload } from '../../../../open/payload.ts'
import type { Found, Moved, Refused, Removed, StoreInfo } from '../../../../open/store.ts'
import type { PathNames } from '../../../../ordered/path/path-names.ts'
import type { ForeignChange, KeyValues, KeyWritten } from '../../../indexed/key-values.ts'
import { type Argument, bufferOf, type ReconnectHook, type Reply } from '../server/connection.ts'
import { answered, isRefusal, redisFailure } from '../server/failures.ts'
import { type RedisServer, type Script, sha1 } from '../server/server.ts'
import { asked, type ServerFacts } from '../server/server-facts.ts'
import type { Tracker } from '../server/tracker.ts'
import { Texts } from '../texts.ts'
import { ExpiryCheck } from './expiry-check.ts'
import { ForeignChanges } from './foreign-changes.ts'
import { moveBetweenMasters } from './move-between-masters.ts'
import { scanNames } from './scan-names.ts'
import { isTyped, type TypedKind } from './typed-json.ts'
import { REMOVE_SEEN, STAT, WRITE_TEXT } from './typed-scripts.ts'
import { TypedValues } from './typed-values.ts'

export interface RedisValuesParts {
  readonly server: RedisServer
  readonly names: PathNames
  readonly info: StoreInfo
  readonly facts: ServerFacts
  readonly isReadOnly: boolean
  /** The time of the server, in milliseconds since 1970. */
  readonly now: () => number
  /** `undefined` where the server does not report changes by others. */
  readonly tracker: Tracker | undefined
  readonly reconnectHook: ReconnectHook
  readonly database: number
}

const REFUSED = [undefined, 'absent', 'exists', 'changed'] as const
/** Values that other programs keep in Redis: strings as their bytes, other types as JSON (`typed-json.ts`). */
export class RedisValues implements KeyValues {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly sync?: () => Promise<void>
  readonly changes: (signal: AbortSignal, notify: (change: ForeignChange) => void) => void
  readonly #parts: RedisValuesParts
  readonly #server: RedisServer
  readonly #names: PathNames
  readonly #source: string
  readonly #texts: Texts<Argument, Found>
  readonly #typed: TypedValues
  readonly reportsOthers: boolean
  readonly #foreign: ForeignChanges
  readonly #expiries: ExpiryCheck

  constructor(parts: RedisValuesParts) {
    const { server, names, info, facts, isReadOnly, tracker, reconnectHook, database } = parts
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
    this.#expiries = new ExpiryCheck(server, database)
    this.#foreign = new ForeignChanges({
      server,
      names,
      tracker,
      reconnectHook,
      stateOf: name => this.#stateIn(name),
    })
    this.reportsOthers = this.#foreign.areReported
    this.changes = (signal, notify) => this.#foreign.follow(signal, notify)
    if (facts.isDurable) this.sync = () => Promise.resolve()
  }

  read(key: Key): Promise<Found | undefined> {
    const name = this.#nameOf(key)
    if (name === undefined) return Promise.resolve(undefined)
    return this.#expiries.mayExpire() ? this.#readExpiring(name) : this.#texts.read(name)
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

  /** Reads a value that is not a string. */
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
    if (time !== '') this.#expiries.wroteExpiring()
    return ifMatch === undefined
      ? this.#set(name, bytes, time, options)
      : this.#setSeen(name, bytes, time, this.#stateOf(ifMatch) ?? 'other data')
  }

  /**
   * Uses a plain command, because the server reports changes by scripts as if others had made them. `GET` makes the command
   * fail where the value has another type, and returns the value before.
   */
  #set(
    name: Argument,
    bytes: Uint8Array,
    time: string,
    { create, replace }: Call['options'],
  ): Promise<KeyWritten> {
    this.#foreign.wrotePlainly(name)
    const args: Argument[] = ['SET', name, bufferOf(bytes)]
    if (!create) args.push('XX')
    args.push(replace ? 'GET' : 'NX')
    if (time !== '') args.push('PX', time)
    return this.#server.send(name, args).then(
      before => {
        if (!replace && before === null) return refused('exists')
        if (!create && before === null) return refused('absent')
        const isKnown = replace && before !== null && this.#foreign.areReported
        return { written: writtenWith(() => `${this.#source}.${sha1(bytes)}`), isKnown }
      },
      (error: unknown) => this.#setOther(name, bytes, time, error),
    )
  }

  /** Writes where the value before is not a string. */
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
    this.#foreign.wroteByScript(name, state)
    return { written: { etag: `${this.#source}.${state}` }, isKnown: false }
  }

  /** @throws DatastoreError `VALUE_INVALID` for a type that a module defines. */
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
    if (outcome === 0) this.#foreign.wroteByScript(name, '')
    return outcome === 0 ? 'removed' : outcome === 1 ? 'absent' : 'changed'
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#nameOf(from)
    const target = this.#nameToWrite('rename to', to)
    if (source === undefined) return 'absent'
    const { replace } = call.options
    this.#foreign.wrotePlainly(source)
    this.#foreign.wrotePlainly(target)
    if (this.#server.isCluster) return moveBetweenMasters(this.#server, source, target, replace)
    try {
      const moved = await this.#server.send(source, [replace ? 'RENAME' : 'RENAMENX', source, target])
      return moved === 0 ? 'exists' : 'moved'
    } catch (error) {
      if (isRefusal(error, 'ERR no such key')) return 'absent'
      throw redisFailure('rename', error)
    }
  }

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    await Promise.all(this.#server.masters.map(master => scanNames(master, this.#names, signal, each)))
  }

  /** Expiry is not reported, and neither are deletes by others unless the server reports changes. */
  async present(keys: readonly Key[]): Promise<readonly boolean[] | undefined> {
    if (!this.#expiries.mayExpire() && this.#foreign.areReported) return undefined
    return Promise.all(keys.map(key => this.has(key)))
  }

  async count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined> {
    if (this.#names.prefix.length > 0) return undefined
    const sizes = await Promise.all(this.#server.masters.map(master => asked(master, ['DBSIZE'])))
    if (!sizes.every(size => typeof size === 'number')) return undefined
    // The server counts expired values until it removes them.
    return { entries: sizes.reduce((sum, size) => sum + size, 0), isExact: !this.#expiries.mayExpire() }
  }

  async close(): Promise<void> {
    await this.#parts.tracker?.close()
    await this.#server.close()
  }

  /** The state of the value with this name; empty where there is none. */
  async #stateIn(name: Argument): Promise<string> {
    const answer = await this.#run('stat', STAT, name, [])
    if (!Array.isArray(answer)) return ''
    const [kind, , sha] = answer
    return String(kind) === 'string' ? String(sha) : ((await this.#typed.read(name))?.state ?? '')
  }

  /** The state that an etag names; `undefined` for an etag of other data. */
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

  #send(action: string, name: Argument, args: readonly Argument[]): Promise<Reply> {
    return answered(action, this.#server.send(name, args))
  }

  #run(action: string, script: Script, name: Argument, args: readonly Argument[]): Promise<Reply> {
    return answered(action, this.#server.run(script, [name], args))
  }
}

function refused(reason: Refused): KeyWritten {
  return { written: { refused: reason }, isKnown: false }
}

/** A string value. Its etag is computed when it is read. */
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

/** A copy in Node's buffer pool, which is cheaper than a buffer of its own. */
function copied(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(bytes.length)
  // Not a `Buffer`, whose `slice` does not copy: the tier above may keep this value.
  const copy = new Uint8Array(buffer, byteOffset, length)
  copy.set(bytes)
  return copy
}
