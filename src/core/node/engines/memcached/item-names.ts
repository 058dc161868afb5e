import { createHash } from 'node:crypto'
import { Key } from '../../../key.ts'
import type { PathNames } from '../../../ordered/path/path-names.ts'
import { decodeKey, encodeKey } from '../../../ordered/strata/key-bytes.ts'

/** The maximum number of bytes of a name in a command, and of those that fit there in base64. */
const PLAIN_BYTES = 250
const BASE64_BYTES = 186
/** Bytes that a command would take for the end of the name. */
const UNSAFE = /[\0-\x20\x7f]/
const PRINTABLE = /^[!-~]+$/
const HASH_BYTES = 32

/** The name of an item, as commands write it. */
export interface ItemName {
  readonly key: string
  /** ` b`, if `key` is base64. */
  readonly flag: '' | ' b'
  /** The whole key, as layout `strata` encodes it, if the name is a hash. It stands before the value. */
  readonly whole: Uint8Array | undefined
}

/** What a name in the server stands for: a key, as layout `strata` encodes it; a hash, whose key is with the value; or nothing. */
export type Named = Uint8Array | 'hashed' | undefined

/**
 * The names of the items of a store. Names of up to 250 bytes are as they are, other names of up to 186 bytes go as base64,
 * which the server decodes. The name of any other key is a hash: the prefix, a byte 00, and its SHA-256.
 */
export class ItemNames {
  readonly prefix: string
  readonly #prefixBytes: Buffer
  /** Absent in layout `strata`, whose names are the texts of keys. */
  readonly #path: PathNames | undefined

  /** @param path With the same prefix. */
  constructor(prefix: string, path: PathNames | undefined) {
    this.#prefixBytes = Buffer.from(prefix)
    this.prefix = this.#prefixBytes.toString('latin1')
    this.#path = path
  }

  /** `undefined` for a key that layout `path` cannot hold. */
  nameOf(key: Key): ItemName | undefined {
    const name = this.#textOf(key)
    if (name === undefined) return undefined
    return commandName(name) ?? this.#hashOf(key)
  }

  /** The name, with a character for each byte; `undefined` if layout `path` has none for the key. */
  #textOf(key: Key): string | undefined {
    const path = this.#path
    if (path !== undefined) {
      const text = path.textOf(key)
      if (text !== undefined && PRINTABLE.test(text)) return text
      const bytes = path.bytesOf(key)
      return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    }
    const text = key.toString()
    if (PRINTABLE.test(text)) return this.prefix + text
    return this.prefix + Buffer.from(text).toString('latin1')
  }

  #hashOf(key: Key): ItemName {
    const whole = encodeKey(key)
    const hash = createHash('sha256').update(whole).digest('binary')
    return { ...(commandName(`${this.prefix}\0${hash}`) as ItemName), whole }
  }

  /** The name of an item that is not a value: the prefix, a byte 00, and `text`. */
  own(text: string): ItemName {
    return commandName(`${this.prefix}\0${text}`) as ItemName
  }

  /** What an item with this name holds. */
  read(name: Buffer): Named {
    const start = this.#prefixBytes.length
    if (name.length < start || name.compare(this.#prefixBytes, 0, start, 0, start) !== 0) return undefined
    if (name[start] === 0 && name.length === start + 1 + HASH_BYTES) return 'hashed'
    if (this.#path !== undefined) return encodeKey(this.#path.keyOf(name))
    return keyIn(name.toString('utf8', start))
  }
}

/** The key with this text, encoded; `undefined` if the text is not that of a key. */
function keyIn(text: string): Uint8Array | undefined {
  if (!text.startsWith('/') || text.length === 1) return undefined
  try {
    const key = Key.parse(text)
    return key.toString() === text ? encodeKey(key) : undefined
  } catch {
    return undefined
  }
}

/** A name of any bytes, given as Latin-1; `undefined` if it is too long. */
export function commandName(name: string): ItemName | undefined {
  if (name.length <= PLAIN_BYTES && !UNSAFE.test(name)) return { key: name, flag: '', whole: undefined }
  if (name.length > BASE64_BYTES) return undefined
  return { key: Buffer.from(name, 'latin1').toString('base64'), flag: ' b', whole: undefined }
}

/** The key that stands before a value whose name is a hash, and where the value begins; `undefined` if it is none. */
export function wholeKeyIn(
  item: Uint8Array,
): { readonly key: Uint8Array; readonly start: number } | undefined {
  if (item.length < 4) return undefined
  const start = 4 + new DataView(item.buffer, item.byteOffset).getUint32(0)
  if (start > item.length) return undefined
  const key = item.subarray(4, start)
  try {
    decodeKey(key)
    return { key, start }
  } catch {
    return undefined
  }
}

/** What stands before a value whose name is a hash. */
export function beforeValue(whole: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + whole.length)
  new DataView(bytes.buffer).setUint32(0, whole.length)
  bytes.set(whole, 4)
  return bytes
}
