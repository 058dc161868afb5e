/** Replaces `removed` at `offset` by `inserted`. */
interface Splice {
  readonly offset: number
  readonly removed: Uint8Array
  readonly inserted: Uint8Array
}

/** Bytes that can be edited, with undo. */
export class ByteEdits {
  #bytes: Uint8Array
  #done: Splice[] = []
  #undone: Splice[] = []
  #version = 0

  /** @param bytes Copied: the caller's buffer stays as it is. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.slice()
  }

  get size(): number {
    return this.#bytes.length
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  byteAt(offset: number): number | undefined {
    return this.#bytes[offset]
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    return this.#bytes.slice(start, end)
  }

  /** A copy of all bytes. */
  bytes(): Uint8Array {
    return this.#bytes.slice()
  }

  /** Replaces the byte at `offset`; at the end it appends. */
  overwrite(offset: number, byte: number): void {
    this.splice(offset, offset < this.size ? 1 : 0, Uint8Array.of(byte))
  }

  insert(offset: number, byte: number): void {
    this.splice(offset, 0, Uint8Array.of(byte))
  }

  delete(offset: number): void {
    if (offset >= 0 && offset < this.size) this.splice(offset, 1, new Uint8Array())
  }

  /** Replaces everything, as one change that can be undone. */
  replaceAll(bytes: Uint8Array): void {
    if (!equalBytes(bytes, this.#bytes)) this.splice(0, this.size, bytes.slice())
  }

  splice(offset: number, removedCount: number, inserted: Uint8Array): void {
    const removed = this.#bytes.slice(offset, offset + removedCount)
    this.#done.push({ offset, removed, inserted })
    this.#undone = []
    this.#apply(offset, removed.length, inserted)
  }

  /** @returns Where the change was, or `undefined` when there is nothing to undo. */
  undo(): number | undefined {
    const last = this.#done.pop()
    if (last === undefined) return undefined
    this.#undone.push(last)
    this.#apply(last.offset, last.inserted.length, last.removed)
    return last.offset
  }

  /** @returns Where the change is, or `undefined` if there is nothing to redo. */
  redo(): number | undefined {
    const next = this.#undone.pop()
    if (next === undefined) return undefined
    this.#done.push(next)
    this.#apply(next.offset, next.removed.length, next.inserted)
    return next.offset
  }

  equals(bytes: Uint8Array): boolean {
    return equalBytes(this.#bytes, bytes)
  }

  #apply(offset: number, removedCount: number, inserted: Uint8Array): void {
    this.#version += 1
    if (removedCount === inserted.length) {
      this.#bytes.set(inserted, offset)
      return
    }
    const next = new Uint8Array(this.#bytes.length - removedCount + inserted.length)
    next.set(this.#bytes.subarray(0, offset))
    next.set(inserted, offset)
    next.set(this.#bytes.subarray(offset + removedCount), offset + inserted.length)
    this.#bytes = next
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
