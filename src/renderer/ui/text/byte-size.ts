import { formatBytes, formatExactBytes } from './format.ts'

const BINARY = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const DECIMAL = ['kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes of each unit, by its name in lower case. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['byte', 1n],
  ['bytes', 1n],
  ...BINARY.map((name, power) => [name.toLowerCase(), 1024n ** BigInt(power + 1)] as const),
  ...DECIMAL.map((name, power) => [name.toLowerCase(), 1000n ** BigInt(power + 1)] as const),
])

/** A number with groups of three digits or none, and a unit. */
const SIZE = /^(?<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?<part>\d+))?\s*(?<unit>[a-z]*)$/i

export type TypedSize = { readonly bytes: number } | { readonly wrong: string }

/** Reads a size as people write it: `64 MiB`, `1.5 GB`, `67108864`. What could mean two sizes is refused. */
export function parseByteSize(typed: string): TypedSize {
  const text = typed.trim()
  const { whole, part = '', unit = '' } = SIZE.exec(text)?.groups ?? {}
  if (whole === undefined) return { wrong: notNumber(text) }
  const factor = UNITS.get(unit.toLowerCase())
  // `Mb` is a million bits.
  if (factor === undefined || /^[KMGTP]b$/.test(unit)) return { wrong: unclearUnit(unit) }
  const digits = BigInt(whole.replaceAll(',', '') + part)
  const scale = 10n ** BigInt(part.length)
  const bytes = (digits * factor) / scale
  if (bytes * scale !== digits * factor) return { wrong: `${text} is not a whole number of bytes` }
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) return { wrong: `${text} is more than any store can hold` }
  return { bytes: Number(bytes) }
}

function notNumber(text: string): string {
  if (/^-/.test(text)) return 'a size is not negative'
  if (/^\d+,\d+\s*[a-z]*$/i.test(text))
    return `write ${text.replace(',', '.')}: a comma only separates thousands`
  return 'not a size: write for example 64 MiB, 1.5 GB or 67108864'
}

function unclearUnit(unit: string): string {
  const letter = unit.charAt(0).toUpperCase()
  const power = 'KMGTP'.indexOf(letter)
  const isShort = /^.(?:i|b)?$/i.test(unit) && power >= 0
  if (!isShort) return `"${unit}" is not a unit of bytes: write KiB, MiB, GiB or kB, MB, GB`
  const [binary, decimal] = [BINARY[power] ?? '', DECIMAL[power] ?? '']
  return `"${unit}" is unclear: write ${binary} (1024${exponent(power)}) or ${decimal} (1000${exponent(power)})`
}

function exponent(power: number): string {
  return ['', '²', '³', '⁴', '⁵'][power] ?? ''
}

/** A size that reads back as the same number of bytes: `64 MiB`, `1.5 GB`, `1,234,567 bytes`. */
export function exactByteSize(bytes: number): string {
  for (const [base, units] of [
    [1024, BINARY],
    [1000, DECIMAL],
  ] as const) {
    const power = units.findLastIndex((_, index) => bytes >= base ** (index + 1))
    if (power === -1) continue
    const text = `${String(Math.round((bytes / base ** (power + 1)) * 100) / 100)} ${units[power] ?? ''}`
    const read = parseByteSize(text)
    if ('bytes' in read && read.bytes === bytes) return text
  }
  return formatExactBytes(bytes)
}

/** The same size in both ways: `67,108,864 bytes (64 MiB)`, `1,500,000,000 bytes (about 1.4 GiB)`. */
export function byteSizeInFull(bytes: number): string {
  const exact = formatExactBytes(bytes)
  if (bytes < 1024) return exact
  const rounded = formatBytes(bytes)
  const read = parseByteSize(rounded)
  return `${exact} (${'bytes' in read && read.bytes === bytes ? '' : 'about '}${rounded})`
}
