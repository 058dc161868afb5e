import type { SpanContext } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'

export interface UnflushedPut<V> {
  readonly type: 'put'
  readonly key: Key
  readonly value: V
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly mtime: number
  /** Bytes; 0 for a value that is no bytes. */
  readonly size: number
  /** Of the call that was acknowledged. */
  readonly span: SpanContext | undefined
}

export interface UnflushedDelete {
  readonly type: 'delete'
  readonly key: Key
  readonly size: 0
  readonly span: SpanContext | undefined
}

export type UnflushedWrite<V> = UnflushedPut<V> | UnflushedDelete

/** What was unflushed at one moment, by the text of the key. */
export type Snapshot<V> = ReadonlyMap<string, UnflushedWrite<V>>

type Writes<V> = Map<string, UnflushedWrite<V>>

/**
 * Acknowledged writes that the last tier does not have, the last one of each key, in the order of the calls. Those that
 * are being flushed are kept apart from newer ones: a key that is written over and over is flushed once a round, however
 * often it is written, and a value that is being flushed is not lost to one that may fail.
 */
export class Unflushed<V> {
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** In the round that is being flushed, or left over from one that failed. */
  #sealed: Writes<V> = new Map()
  #fresh: Writes<V> = new Map()
  #bytes = 0
  #promised = { entries: 0, bytes: 0 }
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

  find(key: Key): UnflushedWrite<V> | undefined {
    if (this.entries === 0) return undefined
    const text = key.toString()
    return this.#fresh.get(text) ?? this.#sealed.get(text)
  }

  /** Promises room for one write of so many bytes, until `release`. @returns Whether there is any. */
  reserve(size: number): boolean {
    const { entries, bytes } = this.#promised
    if (this.entries + entries >= this.#maxEntries || this.#bytes + bytes + size > this.#maxBytes)
      return false
    this.#promised = { entries: entries + 1, bytes: bytes + size }
    return true
  }

  release(size: number): void {
    const { entries, bytes } = this.#promised
    this.#promised = { entries: entries - 1, bytes: bytes - size }
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves at the next `release`. */
  released(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  add(write: UnflushedWrite<V>): void {
    const text = write.key.toString()
    this.#drop(this.#fresh, text)
    this.#fresh.set(text, write)
    this.#bytes += write.size
  }

  /** Begins a round: what is left of the last one, unless it was written again, then all that has come since. */
  seal(): readonly UnflushedWrite<V>[] {
    for (const text of this.#fresh.keys()) this.#drop(this.#sealed, text)
    for (const [text, write] of this.#fresh) this.#sealed.set(text, write)
    this.#fresh = new Map()
    return [...this.#sealed.values()]
  }

  /** A write of the round has reached the last tier. */
  flushed({ key }: UnflushedWrite<V>): void {
    this.#drop(this.#sealed, key.toString())
  }

  snapshot(): Snapshot<V> {
    return new Map([...this.#sealed, ...this.#fresh])
  }

  #drop(writes: Writes<V>, text: string): void {
    this.#bytes -= writes.get(text)?.size ?? 0
    writes.delete(text)
  }
}
