import type { Stat } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import { statOf } from '../../open/completion.ts'
import { etagSourceOf, idInProcess } from '../../open/identity.ts'
import type { Found } from '../../open/store.ts'
import { ttlLeft } from './upper-tier.ts'

export interface UnflushedPut {
  readonly type: 'put'
  readonly key: Key
  /** The value as reads find it until it is flushed. Its etag is the one that the put was acknowledged with. */
  readonly found: Found
  /** When its time to live ends, as returned by `deadlineAfter`. */
  readonly deadline: number | undefined
  /** The call that flushes it, without its time to live: part of the span that was acknowledged. */
  readonly call: Call
}

export interface UnflushedDelete {
  readonly type: 'delete'
  readonly key: Key
  readonly call: Call
}

export type UnflushedWrite = UnflushedPut | UnflushedDelete

/** The unflushed writes at one moment, by the text of the key. */
export type Snapshot = ReadonlyMap<string, UnflushedWrite>

/** What a write-back store has acknowledged and not yet written to its last tier. */
export interface UnflushedState {
  readonly entries: number
  /** Bytes of values. */
  readonly bytes: number
  /** The number of failed attempts so far. */
  readonly failures: number
  /** The error of the latest failure. Absent once all older writes have been flushed. */
  readonly lastFailure?: unknown
}

/**
 * Acknowledged writes that the last tier does not have: the latest one of each key, in call order. Writes that are
 * being flushed are kept apart from newer ones. So a key that is written repeatedly is flushed once a round, and a
 * value that is being flushed is not replaced by one that may fail.
 */
export class Unflushed {
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** The writes of the current round, or left over from a failed one. */
  #sealed = new Map<string, UnflushedWrite>()
  #fresh = new Map<string, UnflushedWrite>()
  #bytes = 0
  #promisedEntries = 0
  #promisedBytes = 0
  readonly #waiting: (() => void)[] = []

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get entries(): number {
    return this.#sealed.size + this.#fresh.size
  }

  get bytes(): number {
    return this.#bytes
  }

  find(key: Key): UnflushedWrite | undefined {
    if (this.entries === 0) return undefined
    const text = key.toString()
    return asOfNow(this.#fresh.get(text) ?? this.#sealed.get(text))
  }

  /**
   * Reserves room for one write of this many bytes, until `release`.
   * @returns Whether there was room.
   */
  reserve(size: number): boolean {
    if (this.entries + this.#promisedEntries >= this.#maxEntries) return false
    if (this.#bytes + this.#promisedBytes + size > this.#maxBytes) return false
    this.#promisedEntries++
    this.#promisedBytes += size
    return true
  }

  release(size: number): void {
    this.#promisedEntries--
    this.#promisedBytes -= size
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves at the next `release`. */
  released(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  add(write: UnflushedWrite): void {
    const text = write.key.toString()
    this.#drop(this.#fresh, text)
    this.#fresh.set(text, write)
    this.#bytes += sizeOf(write)
  }

  /**
   * Begins a round: the rest of the last one, except keys that were written again, then everything that has come since.
   */
  seal(): readonly UnflushedWrite[] {
    for (const text of this.#fresh.keys()) this.#drop(this.#sealed, text)
    for (const [text, write] of this.#fresh) this.#sealed.set(text, write)
    this.#fresh = new Map()
    return [...this.#sealed.values()]
  }

  /** A write of the round has reached the last tier. */
  flushed({ key }: UnflushedWrite): void {
    this.#drop(this.#sealed, key.toString())
  }

  snapshot(): Snapshot {
    const all = new Map([...this.#sealed, ...this.#fresh])
    for (const [text, write] of all) all.set(text, asOfNow(write))
    return all
  }

  #drop(writes: Map<string, UnflushedWrite>, text: string): void {
    const write = writes.get(text)
    if (write === undefined) return
    this.#bytes -= sizeOf(write)
    writes.delete(text)
  }
}

function sizeOf(write: UnflushedWrite): number {
  return write.type === 'put' ? write.found.bytes.length : 0
}

/** A put whose time to live is over counts as a delete. */
export function asOfNow<W extends UnflushedWrite | undefined>(write: W): W | UnflushedDelete {
  if (write?.type !== 'put' || write.deadline === undefined || (ttlLeft(write.deadline) ?? 0) > 0)
    return write
  return { type: 'delete', key: write.key, call: write.call }
}

/** The stat of an unflushed write; `undefined` for a delete. */
export function statOfWrite(write: UnflushedWrite): Stat | undefined {
  return write.type === 'put' ? statOf(write.found) : undefined
}

const REMEMBERED = 10_000

/**
 * The etags with which puts are acknowledged before the last tier has issued its own. They remain the etags of those
 * versions after the flush, for the most recently flushed versions. For older versions the last tier's own etag is
 * returned, and an acknowledged etag fails with `CONFLICT`.
 */
export class AcknowledgedEtags {
  readonly #source = etagSourceOf(idInProcess('tiered'))
  readonly #flushed = new Map<string, { readonly own: string; readonly below: string }>()
  #serial = 0

  next(): string {
    this.#serial++
    return `${this.#source}.${this.#serial}`
  }

  /** The last tier has issued the etag `below` to the version that was acknowledged as `own`. */
  flushed(key: Key, own: string, below: string): void {
    const text = key.toString()
    this.#flushed.delete(text)
    this.#flushed.set(text, { own, below })
    const [oldest] = this.#flushed.keys()
    if (this.#flushed.size > REMEMBERED && oldest !== undefined) this.#flushed.delete(oldest)
  }

  /** The last tier's description of a version, with the etag that the version was acknowledged with. */
  translated<T extends { readonly etag: string }>(key: Key, version: T): T {
    const known = this.#flushed.get(key.toString())
    return known?.below === version.etag ? { ...version, etag: known.own } : version
  }

  /** The last tier's etag of a version. */
  below(key: Key, etag: string): string {
    const known = this.#flushed.get(key.toString())
    return known?.own === etag ? known.below : etag
  }
}
