import { ByteSink } from './byte-sink.ts'
import { bytesToHex } from './byte-text.ts'
import { halfBits, halfValue } from './half-float.ts'
import { floatText, MAX_DEPTH, NotationLayout, NotationScanner } from './notation.ts'
import { StageError } from './stage-error.ts'

const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const TAG = 6
const SIMPLE = 7
const INDEFINITE = 31
const BREAK = 0xff

/** The names of simple values, from 20. */
const SIMPLE_NAMES = ['false', 'true', 'null', 'undefined']

/** Not-a-number without a payload, by bytes of a float. */
const PLAIN_NAN: Readonly<Record<number, string>> = { 2: '7e00', 4: '7fc00000', 8: '7ff8000000000000' }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * CBOR as diagnostic notation (RFC 8949, section 8), with the width of every head and float that is not the default, so
 * that `writeCbor` gives the same bytes. Several items one after another are separated by commas.
 * @param limit Characters that the text may have.
 * @throws StageError for bytes that are not well-formed, or beyond a limit.
 */
export function readCbor(bytes: Uint8Array, limit: number): string {
  return new CborReader(bytes, limit).sequence()
}

/**
 * The bytes that a notation stands for.
 * @throws NotationError
 */
export function writeCbor(text: string): Uint8Array {
  return new CborWriter(text).sequence()
}

interface Head {
  readonly major: number
  /** 0 to 23 the argument itself, 24 to 27 for 1, 2, 4, 8 bytes, 31 for an indefinite length. */
  readonly info: number
  readonly argument: bigint
  /** The indicator of a width that is not the shortest, or nothing. */
  readonly width: string
}

class CborReader {
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
    const head = this.#head()
    const { major, info, argument, width } = head
    if (info === INDEFINITE) return this.#indefinite(major, depth)
    switch (major) {
      case UNSIGNED:
        return this.#layout.take(`${argument}${width}`)
      case NEGATIVE:
        return this.#layout.take(`${-1n - argument}${width}`)
      case BYTES:
      case TEXT:
        return this.#string(head)
      case ARRAY: {
        const items = this.#items(argument, () => this.#item(depth + 1))
        return this.#layout.container(`[${width}`, items, ']', depth)
      }
      case MAP: {
        const items = this.#items(argument, () => this.#pair(depth + 1))
        return this.#layout.container(`{${width}`, items, '}', depth)
      }
      case TAG:
        return `${this.#layout.take(`${argument}${width}(`)}${this.#item(depth + 1)})`
      default:
        return this.#layout.take(this.#simple(info, argument))
    }
  }

  #items(count: bigint, read: () => string): string[] {
    const items: string[] = []
    for (let left = count; left > 0n; left--) items.push(read())
    return items
  }

  #pair(depth: number): string {
    const name = this.#item(depth)
    return `${name}: ${this.#item(depth)}`
  }

  #indefinite(major: number, depth: number): string {
    const items: string[] = []
    const isString = major === BYTES || major === TEXT
    while (!this.#isBreak()) {
      if (isString) items.push(this.#chunk(major))
      else items.push(major === ARRAY ? this.#item(depth + 1) : this.#pair(depth + 1))
    }
    if (!isString)
      return this.#layout.container(major === ARRAY ? '[_' : '{_', items, major === ARRAY ? ']' : '}', depth)
    if (items.length === 0) return this.#layout.take(major === BYTES ? "''_" : '""_')
    return this.#layout.container('(_', items, ')', depth)
  }

  #chunk(major: number): string {
    const start = this.#at
    const head = this.#head()
    if (head.major !== major || head.info === INDEFINITE) {
      throw this.#problem('a piece of a string is not a string of its type', start)
    }
    return this.#string(head)
  }

  #isBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false
    this.#at += 1
    return true
  }

  #string({ major, argument, width }: Head): string {
    const bytes = this.#take(argument)
    if (major === BYTES) return this.#layout.take(`h'${bytesToHex(bytes)}'${width}`)
    return this.#layout.take(`${textOrBytes(bytes)}${width}`)
  }

  #simple(info: number, argument: bigint): string {
    if (info < 20) return `simple(${info})`
    if (info < 24) return SIMPLE_NAMES[info - 20] ?? ''
    if (info === 24) {
      if (argument < 32n) throw this.#problem('a simple value has two bytes and needs one', this.#at - 2)
      return `simple(${argument})`
    }
    return this.#float(2 ** (info - 24))
  }

  #float(width: number): string {
    const start = this.#at - width
    const digits = bytesToHex(this.#bytes.subarray(start, this.#at))
    const value =
      width === 8
        ? this.#view.getFloat64(start)
        : width === 4
          ? this.#view.getFloat32(start)
          : halfValue(this.#view.getUint16(start))
    if (Number.isNaN(value) && digits !== PLAIN_NAN[width]) return `float'${digits}'`
    return `${floatText(value)}${width === 8 ? '' : width === 4 ? '_2' : '_1'}`
  }

  #head(): Head {
    const start = this.#at
    const [first = 0] = this.#take(1n)
    const major = first >> 5
    const info = first & 0x1f
    if (info < 24) return { major, info, argument: BigInt(info), width: '' }
    if (info === INDEFINITE) {
      if (major >= BYTES && major <= MAP) return { major, info, argument: 0n, width: '' }
      throw this.#problem(
        first === BREAK ? 'the end of a container that was not begun' : 'an unknown item',
        start,
      )
    }
    if (info > 27) throw this.#problem('an unknown item', start)
    const size = 2 ** (info - 24)
    this.#take(BigInt(size))
    const at = this.#at - size
    const argument =
      size === 8
        ? this.#view.getBigUint64(at)
        : BigInt(
            size === 4
              ? this.#view.getUint32(at)
              : size === 2
                ? this.#view.getUint16(at)
                : this.#view.getUint8(at),
          )
    const isShortest = major === SIMPLE || shortestInfo(argument) === info
    return { major, info, argument, width: isShortest ? '' : `_${info - 24}` }
  }

  #take(count: bigint): Uint8Array {
    if (count > BigInt(this.#bytes.length - this.#at))
      throw this.#problem('it ends within an item', this.#bytes.length)
    const start = this.#at
    this.#at += Number(count)
    return this.#bytes.subarray(start, this.#at)
  }

  #problem(message: string, at: number): StageError {
    return new StageError(`not CBOR at byte ${at}: ${message}`)
  }
}

/** A text as JSON writes it; by its bytes where it is not UTF-8. */
export function textOrBytes(bytes: Uint8Array): string {
  try {
    return JSON.stringify(utf8.decode(bytes))
  } catch (error) {
    if (error instanceof TypeError) return `text'${bytesToHex(bytes)}'`
    throw error
  }
}

function shortestInfo(argument: bigint): number {
  if (argument < 24n) return Number(argument)
  if (argument < 0x100n) return 24
  if (argument < 0x1_0000n) return 25
  return argument < 0x1_0000_0000n ? 26 : 27
}

class CborWriter {
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
    switch (scanner.peek()) {
      case '"': {
        this.#string(TEXT, new TextEncoder().encode(scanner.string()))
        return
      }
      case '[':
      case '{':
        this.#container(depth)
        return
      case '(':
        this.#pieces()
        return
      case "'": {
        const start = scanner.at
        if (scanner.quotedBytes('hex').length > 0) scanner.fail("Bytes are written h'…' or b64'…'", start)
        if (scanner.width() !== '') scanner.fail("Bytes are written h'…' or b64'…'", start)
        this.#sink.bytes(Uint8Array.of(0x5f, BREAK))
        return
      }
      default:
        this.#word(depth)
    }
  }

  /** A string of one piece, or `""_`: one of no pieces. */
  #string(major: typeof BYTES | typeof TEXT, bytes: Uint8Array): void {
    const start = this.#scanner.at
    const width = this.#scanner.width()
    if (width === '' && bytes.length === 0) {
      this.#sink.bytes(Uint8Array.of((major << 5) | INDEFINITE, BREAK))
      return
    }
    this.#head(major, BigInt(bytes.length), width, start)
    this.#sink.bytes(bytes)
  }

  #container(depth: number): void {
    const scanner: NotationScanner = this.#scanner
    const isMap = scanner.peek() === '{'
    const major = isMap ? MAP : ARRAY
    const start = scanner.at
    const width = this.#open()
    const at = this.#sink.size
    const count = scanner.items(isMap ? '}' : ']', () => this.#item(depth + 1))
    if (width === '') {
      this.#sink.insertAt(at, Uint8Array.of((major << 5) | INDEFINITE))
      this.#sink.byte(BREAK)
    } else this.#sink.insertAt(at, this.#headBytes(major, BigInt(count), width, start))
  }

  /** Takes the opening bracket, and the indicator that follows it at once. */
  #open(): string | undefined {
    const scanner: NotationScanner = this.#scanner
    const before = scanner.at
    scanner.take(scanner.peek())
    return scanner.at === before + 1 ? scanner.width() : undefined
  }

  #pieces(): void {
    const scanner: NotationScanner = this.#scanner
    const start = scanner.at
    if (this.#open() !== '') scanner.fail('A string in pieces begins with "(_ "', start)
    const at = this.#sink.size
    const kinds = new Set<number>()
    do {
      const first = this.#sink.size
      const from = scanner.at
      this.#item(1)
      const head = this.#sink.byteAt(first) ?? 0
      kinds.add(head >> 5)
      const isString = head >> 5 === BYTES || head >> 5 === TEXT
      if (!isString || (head & 0x1f) === INDEFINITE || kinds.size > 1) {
        scanner.fail('The pieces of a string are all bytes or all text', from)
      }
    } while (scanner.nextItem(')'))
    scanner.take(')')
    const [major = TEXT] = kinds
    this.#sink.insertAt(at, Uint8Array.of((major << 5) | INDEFINITE))
    this.#sink.byte(BREAK)
  }

  #word(depth: number): void {
    const scanner: NotationScanner = this.#scanner
    const start = scanner.at
    const number = scanner.number()
    if (number !== undefined) {
      this.#number(number, start, depth)
      return
    }
    const word = scanner.word()
    const simple = word === undefined ? -1 : SIMPLE_NAMES.indexOf(word)
    if (simple >= 0) {
      scanner.width()
      this.#sink.byte((SIMPLE << 5) | (20 + simple))
    } else if (word === 'simple') this.#simple()
    else if (word === 'h' || word === 'b64')
      this.#string(BYTES, scanner.quotedBytes(word === 'h' ? 'hex' : 'base64'))
    else if (word === 'text') this.#string(TEXT, scanner.quotedBytes('hex'))
    else if (word === 'float') this.#floatBytes(scanner.quotedBytes('hex'), start)
    else if (word === 'NaN') this.#float(Number.NaN, start)
    else scanner.fail('Expected a value', word === undefined ? undefined : start)
  }

  #number(digits: string, start: number, depth: number): void {
    if (!/^-?\d+$/.test(digits)) {
      this.#float(Number(digits), start)
      return
    }
    const value = BigInt(digits)
    const width = this.#scanner.width()
    if (this.#scanner.peek() === '(') {
      if (value < 0n) this.#scanner.fail('A tag is not negative', start)
      this.#head(TAG, value, width, start)
      this.#scanner.take('(')
      this.#item(depth + 1)
      this.#scanner.take(')')
    } else if (value < 0n) this.#head(NEGATIVE, -1n - value, width, start)
    else this.#head(UNSIGNED, value, width, start)
  }

  #simple(): void {
    const scanner: NotationScanner = this.#scanner
    scanner.take('(')
    const start = scanner.at
    const value = Number(scanner.number())
    scanner.width()
    const isKnown = Number.isInteger(value) && value >= 0 && value < 256 && (value < 20 || value > 31)
    if (!isKnown) scanner.fail('A simple value is 0 to 19 or 32 to 255', start)
    scanner.take(')')
    if (value < 20) this.#sink.byte((SIMPLE << 5) | value)
    else this.#sink.bytes(Uint8Array.of((SIMPLE << 5) | 24, value))
  }

  #float(value: number, start: number): void {
    const width = this.#scanner.width() ?? '3'
    if (width === '3') {
      this.#sink.byte(0xfb)
      this.#sink.float(value, 8)
      return
    }
    const rounded =
      width === '2' ? Math.fround(value) : width === '1' ? halfValue(halfBits(value)) : undefined
    if (rounded === undefined) this.#scanner.fail('A float has the width _1, _2 or _3', start)
    if (Number.isFinite(value) && !Number.isFinite(rounded))
      this.#scanner.fail('This number is too large for its width', start)
    this.#sink.byte(width === '2' ? 0xfa : 0xf9)
    if (width === '2') this.#sink.float(value, 4)
    else this.#sink.integer(BigInt(halfBits(value)), 2)
  }

  #floatBytes(bytes: Uint8Array, start: number): void {
    this.#scanner.width()
    const info = { 2: 25, 4: 26, 8: 27 }[bytes.length]
    if (info === undefined) this.#scanner.fail('A float has 2, 4 or 8 bytes', start)
    this.#sink.byte((SIMPLE << 5) | info)
    this.#sink.bytes(bytes)
  }

  #head(major: number, argument: bigint, width: string | undefined, start: number): void {
    this.#sink.bytes(this.#headBytes(major, argument, width, start))
  }

  #headBytes(major: number, argument: bigint, width: string | undefined, start: number): Uint8Array {
    if (argument > 0xffff_ffff_ffff_ffffn) this.#scanner.fail('This number does not fit in 64 bits', start)
    const shortest = shortestInfo(argument)
    const info = width === undefined ? shortest : 24 + Number(width)
    if (width !== undefined && !/^[0-3]$/.test(width))
      this.#scanner.fail('A width is _0, _1, _2 or _3', start)
    if (info < shortest && shortest >= 24) this.#scanner.fail('This number is too large for its width', start)
    const head = new ByteSink()
    head.byte((major << 5) | info)
    if (info >= 24) head.integer(argument, 2 ** (info - 24))
    return head.result()
  }
}
