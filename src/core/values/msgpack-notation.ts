import { ByteSink } from './byte-sink.ts'
import { bytesToHex } from './byte-text.ts'
import { textOrBytes } from './cbor-notation.ts'
import { floatText, MAX_DEPTH, NotationLayout, NotationScanner } from './notation.ts'
import { StageError } from './stage-error.ts'

/** Not-a-number without a payload, by bytes of a float. */
const PLAIN_NAN: Readonly<Record<number, string>> = { 4: '7fc00000', 8: '7ff8000000000000' }

const WORDS: Readonly<Record<string, number>> = { null: 0xc0, false: 0xc2, true: 0xc3 }

type Counted = 'text' | 'bytes' | 'array' | 'map' | 'ext'

/** Heads that hold a count: the short ones with how many they hold, and the one of each wider form. */
const COUNTED: Readonly<
  Record<Counted, { short: number; shortMax: number; wide: Readonly<Record<number, number>> }>
> = {
  text: { short: 0xa0, shortMax: 31, wide: { 8: 0xd9, 16: 0xda, 32: 0xdb } },
  bytes: { short: 0, shortMax: -1, wide: { 8: 0xc4, 16: 0xc5, 32: 0xc6 } },
  array: { short: 0x90, shortMax: 15, wide: { 16: 0xdc, 32: 0xdd } },
  map: { short: 0x80, shortMax: 15, wide: { 16: 0xde, 32: 0xdf } },
  ext: { short: 0, shortMax: -1, wide: { 8: 0xc7, 16: 0xc8, 32: 0xc9 } },
}

/** Heads of extensions of a fixed size. */
const FIXED_EXTENSIONS: Readonly<Record<number, number>> = { 1: 0xd4, 2: 0xd5, 4: 0xd6, 8: 0xd7, 16: 0xd8 }

/** Heads of whole numbers, by width. */
const UNSIGNED: Readonly<Record<number, number>> = { 8: 0xcc, 16: 0xcd, 32: 0xce, 64: 0xcf }
const SIGNED: Readonly<Record<number, number>> = { 8: 0xd0, 16: 0xd1, 32: 0xd2, 64: 0xd3 }

interface WideHead {
  readonly kind: Counted
  /** Bits of the count. */
  readonly width: number
}

const WIDE_HEADS: ReadonlyMap<number, WideHead> = new Map(
  (Object.keys(COUNTED) as Counted[]).flatMap(kind =>
    Object.entries(COUNTED[kind].wide).map(
      ([width, head]) => [head, { kind, width: Number(width) }] as const,
    ),
  ),
)

/**
 * MessagePack as a notation like that of CBOR, with the format of every head that is not the shortest, so that
 * `writeMsgpack` gives the same bytes. Several values one after another are separated by commas.
 * @param limit Characters that the text may have.
 * @throws StageError for bytes that are not MessagePack, or beyond a limit.
 */
export function readMsgpack(bytes: Uint8Array, limit: number): string {
  return new MsgpackReader(bytes, limit).sequence()
}

/**
 * The bytes that a notation stands for.
 * @throws NotationError
 */
export function writeMsgpack(text: string): Uint8Array {
  return new MsgpackWriter(text).sequence()
}

class MsgpackReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #layout: NotationLayout
  #at = 0

  constructor(bytes: Uint8Array, limit: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#layout = new NotationLayout(limit)
  }

  sequence(): string {
    const items: string[] = []
    while (this.#at < this.#bytes.length) items.push(this.#item(0))
    return items.join(',\n')
  }

  #item(depth: number): string {
    this.#layout.enter(depth)
    const start = this.#at
    const head = this.#unsigned(1)
    if (head <= 0x7f) return this.#layout.take(String(head))
    if (head >= 0xe0) return this.#layout.take(String(head - 0x100))
    if (head <= 0x8f) return this.#counted('map', head - 0x80, '', depth)
    if (head <= 0x9f) return this.#counted('array', head - 0x90, '', depth)
    if (head <= 0xbf) return this.#counted('text', head - 0xa0, '', depth)
    const wide = WIDE_HEADS.get(head)
    if (wide !== undefined) {
      const count = this.#unsigned(wide.width / 8)
      const isShortest = shortestWidth(wide.kind, count) === wide.width
      return this.#counted(wide.kind, count, isShortest ? '' : `_${wide.width}`, depth)
    }
    if (head >= 0xd4 && head <= 0xd8) return this.#extension(2 ** (head - 0xd4), '')
    if (head >= 0xcc && head <= 0xd3) return this.#integer(head)
    if (head === 0xca || head === 0xcb) return this.#float(head === 0xca ? 4 : 8)
    const word = Object.keys(WORDS).find(name => WORDS[name] === head)
    if (word === undefined) throw new StageError(`not MessagePack at byte ${start}: the unused head 0xc1`)
    return this.#layout.take(word)
  }

  #counted(kind: Counted, count: number, width: string, depth: number): string {
    switch (kind) {
      case 'text':
        return this.#layout.take(`${textOrBytes(this.#take(count))}${width}`)
      case 'bytes':
        return this.#layout.take(`h'${bytesToHex(this.#take(count))}'${width}`)
      case 'ext':
        return this.#extension(count, width)
      default: {
        const isMap = kind === 'map'
        const items: string[] = []
        for (let left = count; left > 0; left--) {
          const item = this.#item(depth + 1)
          items.push(isMap ? `${item}: ${this.#item(depth + 1)}` : item)
        }
        return this.#layout.container(`${isMap ? '{' : '['}${width}`, items, isMap ? '}' : ']', depth)
      }
    }
  }

  #extension(size: number, width: string): string {
    const type = this.#view.getInt8(this.#take(1).byteOffset - this.#bytes.byteOffset)
    return this.#layout.take(`ext${width}(${type}, h'${bytesToHex(this.#take(size))}')`)
  }

  #integer(head: number): string {
    const isSigned = head >= 0xd0
    const width = 8 * 2 ** ((head - 0xcc) % 4)
    const at = this.#at
    this.#take(width / 8)
    const raw = width === 64 ? this.#view.getBigUint64(at) : BigInt(this.#unsignedAt(at, width / 8))
    const value = isSigned ? BigInt.asIntN(width, raw) : raw
    const isShortest = shortestIntegerHead(value) === head
    return this.#layout.take(`${value}${isShortest ? '' : `_${isSigned ? 'i' : 'u'}${width}`}`)
  }

  #float(width: 4 | 8): string {
    const at = this.#at
    const digits = bytesToHex(this.#take(width))
    const value = width === 8 ? this.#view.getFloat64(at) : this.#view.getFloat32(at)
    if (Number.isNaN(value) && digits !== PLAIN_NAN[width]) return this.#layout.take(`float'${digits}'`)
    return this.#layout.take(`${floatText(value)}${width === 4 ? '_f32' : ''}`)
  }

  #unsigned(size: number): number {
    const at = this.#at
    this.#take(size)
    return this.#unsignedAt(at, size)
  }

  #unsignedAt(at: number, size: number): number {
    return size === 4
      ? this.#view.getUint32(at)
      : size === 2
        ? this.#view.getUint16(at)
        : this.#view.getUint8(at)
  }

  #take(count: number): Uint8Array {
    const start = this.#at
    if (count > this.#bytes.length - start) {
      throw new StageError(`not MessagePack at byte ${this.#bytes.length}: it ends within a value`)
    }
    this.#at += count
    return this.#bytes.subarray(start, this.#at)
  }
}

/** Bits of the count of the shortest head; 0 for the short ones. */
function shortestWidth(kind: Counted, count: number): number {
  const { shortMax, wide } = COUNTED[kind]
  if (count <= shortMax || (kind === 'ext' && FIXED_EXTENSIONS[count] !== undefined)) return 0
  if (count < 0x100 && wide[8] !== undefined) return 8
  return count < 0x1_0000 ? 16 : 32
}

/** The head of the shortest form; the number itself where that needs no head. */
function shortestIntegerHead(value: bigint): number {
  if (value >= -32n && value <= 127n) return Number(value)
  if (value < 0n) return SIGNED[[8, 16, 32].find(width => BigInt.asIntN(width, value) === value) ?? 64] ?? 0
  return UNSIGNED[[8, 16, 32].find(width => BigInt.asUintN(width, value) === value) ?? 64] ?? 0
}

class MsgpackWriter {
  readonly #scanner: NotationScanner
  readonly #sink = new ByteSink()

  constructor(text: string) {
    this.#scanner = new NotationScanner(text)
  }

  sequence(): Uint8Array {
    this.#scanner.sequence(() => this.#item(0))
    return this.#sink.result()
  }

  #item(depth: number): void {
    const scanner: NotationScanner = this.#scanner
    if (depth > MAX_DEPTH) scanner.fail(`Nested in more than ${MAX_DEPTH} levels`)
    const start = scanner.at
    const next = scanner.peek()
    if (next === '"') this.#string('text', new TextEncoder().encode(scanner.string()), start)
    else if (next === '[' || next === '{') this.#container(next === '{', depth)
    else {
      const number = scanner.number()
      if (number !== undefined) this.#number(number, start)
      else this.#word(start)
    }
  }

  #word(start: number): void {
    const scanner: NotationScanner = this.#scanner
    const word = scanner.word()
    const known = word === undefined ? undefined : WORDS[word]
    if (known !== undefined) {
      scanner.width()
      this.#sink.byte(known)
    } else if (word === 'h' || word === 'b64') {
      this.#string('bytes', scanner.quotedBytes(word === 'h' ? 'hex' : 'base64'), start)
    } else if (word === 'text') this.#string('text', scanner.quotedBytes('hex'), start)
    else if (word === 'ext') this.#extension(start)
    else if (word === 'NaN') this.#float(Number.NaN, start)
    else if (word === 'float') this.#floatBytes(scanner.quotedBytes('hex'), start)
    else scanner.fail('Expected a value', word === undefined ? undefined : start)
  }

  #string(kind: 'text' | 'bytes', bytes: Uint8Array, start: number): void {
    this.#sink.bytes(this.#countHead(kind, bytes.length, this.#scanner.width(), start))
    this.#sink.bytes(bytes)
  }

  #container(isMap: boolean, depth: number): void {
    const scanner: NotationScanner = this.#scanner
    const start = scanner.at
    scanner.take(isMap ? '{' : '[')
    const width = scanner.at === start + 1 ? scanner.width() : undefined
    const at = this.#sink.size
    const count = scanner.items(isMap ? '}' : ']', () => this.#item(depth + 1))
    this.#sink.insertAt(at, this.#countHead(isMap ? 'map' : 'array', count, width, start))
  }

  #extension(start: number): void {
    const scanner: NotationScanner = this.#scanner
    const width = scanner.width()
    scanner.take('(')
    const typeAt = scanner.at
    const type = Number(scanner.number())
    scanner.width()
    if (!Number.isInteger(type) || type < -128 || type > 127) scanner.fail('A type is -128 to 127', typeAt)
    scanner.take(',')
    const word = scanner.word()
    if (word !== 'h' && word !== 'b64') scanner.fail("Expected bytes: h'…'")
    const bytes = scanner.quotedBytes(word === 'h' ? 'hex' : 'base64')
    scanner.width()
    scanner.take(')')
    this.#sink.bytes(this.#countHead('ext', bytes.length, width, start))
    this.#sink.byte(type & 0xff)
    this.#sink.bytes(bytes)
  }

  #number(digits: string, start: number): void {
    if (!/^-?\d+$/.test(digits)) {
      this.#float(Number(digits), start)
      return
    }
    const value = BigInt(digits)
    const width = this.#scanner.width()
    const bits = width === undefined ? undefined : Number(width.slice(1))
    const heads = width?.startsWith('i') === true ? SIGNED : UNSIGNED
    const head = bits === undefined ? shortestIntegerHead(value) : heads[bits]
    if (head === undefined || (width !== undefined && !/^[iu]/.test(width))) {
      this.#scanner.fail('A whole number has the format _u8 to _u64 or _i8 to _i64', start)
    }
    if (bits === undefined && head < 0x80 && head >= -32) {
      this.#sink.byte(head & 0xff)
      return
    }
    const isSigned = head >= 0xd0
    const size = 2 ** ((head - 0xcc) % 4)
    const held = isSigned ? BigInt.asIntN(8 * size, value) : BigInt.asUintN(8 * size, value)
    if (held !== value) this.#scanner.fail(`This number does not fit in ${8 * size} bits`, start)
    this.#sink.byte(head)
    this.#sink.integer(value, size)
  }

  #float(value: number, start: number): void {
    const width = this.#scanner.width()
    if (width !== undefined && width !== 'f32' && width !== 'f64') {
      this.#scanner.fail('A float has the format _f32 or _f64', start)
    }
    if (Number.isFinite(value) && width === 'f32' && !Number.isFinite(Math.fround(value))) {
      this.#scanner.fail('This number is too large for its format', start)
    }
    this.#sink.byte(width === 'f32' ? 0xca : 0xcb)
    this.#sink.float(value, width === 'f32' ? 4 : 8)
  }

  #floatBytes(bytes: Uint8Array, start: number): void {
    this.#scanner.width()
    if (bytes.length !== 4 && bytes.length !== 8) this.#scanner.fail('A float has 4 or 8 bytes', start)
    this.#sink.byte(bytes.length === 4 ? 0xca : 0xcb)
    this.#sink.bytes(bytes)
  }

  #countHead(kind: Counted, count: number, width: string | undefined, start: number): Uint8Array {
    const { short, wide } = COUNTED[kind]
    const shortest = shortestWidth(kind, count)
    const bits = width === undefined ? shortest : Number(width)
    if (bits === 0 && width === undefined) {
      return Uint8Array.of(kind === 'ext' ? (FIXED_EXTENSIONS[count] ?? 0) : short + count)
    }
    const head = wide[bits]
    if (head === undefined) {
      this.#scanner.fail(
        `A length has the format ${Object.keys(wide)
          .map(each => `_${each}`)
          .join(', ')}`,
        start,
      )
    }
    if (count >= 2 ** bits) this.#scanner.fail('This is too long for its format', start)
    const result = new ByteSink()
    result.byte(head)
    result.integer(BigInt(count), bits / 8)
    return result.result()
  }
}
