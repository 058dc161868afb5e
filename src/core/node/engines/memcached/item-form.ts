import { concatBytes } from '../../../bytes.ts'
import { failure } from '../../../errors.ts'
import { compareBytes } from '../../../ordered/byte-order.ts'
import { expiresOf, headerBytes, mtimeOf, valueStart, writeHeader } from '../../../ordered/strata/header.ts'
import { beforeValue, type ItemName, wholeKeyIn } from './item-names.ts'
import { flagOf, type Reply } from './reply-reader.ts'

/** The client flags of an item whose name is a hash: "Stra". */
export const HASHED = 0x53747261

/** A value and its times, in milliseconds since 1970. */
export interface Item {
  readonly bytes: Uint8Array
  readonly mtime: number | undefined
  readonly expires: number | undefined
}

/**
 * How an item holds a value. In layout `strata` a header with the times precedes it. In layout `path` the item is the value,
 * and the server reports in how many seconds it expires.
 */
export class ItemForm {
  readonly hasHeader: boolean
  /** The flags of a request for a value. */
  readonly flags: string

  constructor(hasHeader: boolean) {
    this.hasHeader = hasHeader
    this.flags = hasHeader ? ' v c' : ' v c t'
  }

  /** `undefined` if it has expired by `now`, or is of another key with the same hash. */
  read(name: ItemName, { value, rest }: Reply, now: number): Item | undefined {
    let bytes = value as Uint8Array
    if (name.whole !== undefined) {
      const found = wholeKeyIn(bytes)
      if (found === undefined || compareBytes(found.key, name.whole) !== 0) return undefined
      bytes = bytes.subarray(found.start)
    }
    if (!this.hasHeader) {
      const seconds = flagOf(rest, 't') ?? -1
      return { bytes, mtime: undefined, expires: seconds < 0 ? undefined : now + 1000 * (seconds + 1) }
    }
    const start = valueStart(bytes)
    if (start === undefined) {
      throw failure('CORRUPT', 'read a value', undefined, 'it does not begin with a header')
    }
    const expires = expiresOf(bytes)
    if (expires !== undefined && expires <= now) return undefined
    return { bytes: bytes.subarray(start), mtime: mtimeOf(bytes), expires }
  }

  /** A copy of the value, as it is kept. */
  make({ whole }: ItemName, { bytes, mtime = 0, expires }: Item): Uint8Array {
    const before = whole === undefined ? [] : [beforeValue(whole)]
    if (!this.hasHeader) return whole === undefined ? copied(bytes) : concatBytes([...before, bytes])
    const header = { version: 0, mtime, expires }
    const head = new Uint8Array(headerBytes(header))
    writeHeader(head, 0, header)
    return concatBytes([...before, head, bytes])
  }
}

function copied(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(bytes.length)
  const copy = new Uint8Array(buffer, byteOffset, length)
  copy.set(bytes)
  return copy
}
