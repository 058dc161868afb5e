/**
 * The header before a value, for engines without columns: a byte of flags, the version (56 bits), the time of the write
 * (48 bits, milliseconds since 1970), and if the value expires, its expiry time (48 bits). Big-endian.
 */
export interface Header {
  readonly version: number
  readonly mtime: number
  readonly expires: number | undefined
}

const FORM = 0x10
const EXPIRES = 0x01
/** Where the version begins. */
export const VERSION_AT = 1
const VERSION_BYTES = 7
const MTIME_AT = VERSION_AT + VERSION_BYTES
const TIME_BYTES = 6
const EXPIRES_AT = MTIME_AT + TIME_BYTES
const MAX_HEADER_LENGTH = EXPIRES_AT + TIME_BYTES

/** The maximum number of bytes that a header adds to a value. */
export const HEADER_BYTES = MAX_HEADER_LENGTH

/**
 * A value with its header.
 * @param room The buffer to write to.
 */
export function withHeader(
  value: Uint8Array,
  header: Header,
  room = (length: number): Uint8Array => new Uint8Array(length),
): Uint8Array {
  const record = room(headerBytes(header) + value.length)
  record.set(value, writeHeader(record, 0, header))
  return record
}

/** Bytes of a header. */
export function headerBytes({ expires }: Header): number {
  return expires === undefined ? EXPIRES_AT : MAX_HEADER_LENGTH
}

/** @returns Where the value must follow. */
export function writeHeader(bytes: Uint8Array, at: number, { version, mtime, expires }: Header): number {
  bytes[at] = expires === undefined ? FORM : FORM | EXPIRES
  writeNumber(bytes, version, at + VERSION_AT, VERSION_BYTES)
  writeNumber(bytes, mtime, at + MTIME_AT, TIME_BYTES)
  if (expires === undefined) return at + EXPIRES_AT
  writeNumber(bytes, expires, at + EXPIRES_AT, TIME_BYTES)
  return at + MAX_HEADER_LENGTH
}

/** The version as it stands in a header. */
export function versionBytes(version: number): Uint8Array {
  const bytes = new Uint8Array(VERSION_BYTES)
  writeNumber(bytes, version, 0, VERSION_BYTES)
  return bytes
}

/** Where the value begins in a record; `undefined` if it has no header. */
export function valueStart(record: Uint8Array): number | undefined {
  const start =
    record[0] === FORM ? EXPIRES_AT : record[0] === (FORM | EXPIRES) ? MAX_HEADER_LENGTH : undefined
  return start !== undefined && record.length >= start ? start : undefined
}

export function versionOf(record: Uint8Array): number {
  return readNumber(record, VERSION_AT, VERSION_BYTES)
}

export function mtimeOf(record: Uint8Array): number {
  return readNumber(record, MTIME_AT, TIME_BYTES)
}

export function expiresOf(record: Uint8Array): number | undefined {
  return record[0] === FORM ? undefined : readNumber(record, EXPIRES_AT, TIME_BYTES)
}

/** Writes a whole number, big-endian. */
export function writeNumber(bytes: Uint8Array, value: number, at: number, length: number): void {
  let rest = value
  for (let index = at + length - 1; index >= at; index--) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

export function readNumber(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] as number)
  return value
}
