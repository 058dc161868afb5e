import { Key } from '../../../key.ts'

/**
 * Keys as names of objects whose order is key order. S3 takes text, sorts by the bytes of UTF-8, and gives a level by a
 * delimiter: so segments are joined by `/`, and what sorts before `/` or in another order is written so that it sorts as
 * keys do. `0` stands before two hexadecimal digits of a character up to `0`; U+E000 before `A` and a character above
 * U+FFFF, and before `E` for itself. All other characters are as they are.
 */

/** What is written in another way. */
// biome-ignore lint: the control characters are meant
const SPECIAL = /[\u0000-0\u{10000}-\u{10ffff}\ue000]/u
// biome-ignore lint: as above
const ALL_SPECIAL = /[\u0000-0\u{10000}-\u{10ffff}\ue000]/gu
const WRITTEN = /0([0-2][0-9A-F]|30)|\ue000(?:A([\u{10000}-\u{10ffff}])|E)/gu

/** Follows everything that a name can begin with. */
export const PAST_ALL = '\u{10ffff}'

/** The name of a segment. */
export function nameOfSegment(segment: string): string {
  return SPECIAL.test(segment) ? segment.replace(ALL_SPECIAL, written) : segment
}

function written(character: string): string {
  if (character === '\ue000') return '\ue000E'
  const code = character.codePointAt(0) as number
  return code > 0xffff ? `\ue000A${character}` : `0${code.toString(16).toUpperCase().padStart(2, '0')}`
}

/** The segment of a name; `undefined` for a name that no segment has. */
export function segmentOfName(name: string): string | undefined {
  if (name === '') return undefined
  const segment = name.replace(WRITTEN, (all, hex?: string, astral?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return astral ?? (all.endsWith('E') ? '\ue000' : all)
  })
  return isSegment(segment) && nameOfSegment(segment) === name ? segment : undefined
}

function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !text.includes('/')
}

/** The name of a key; empty for the root. */
export function nameOfKey(key: Key): string {
  return key.segments.map(nameOfSegment).join('/')
}

/** The key of a name; `undefined` for a name that no key has. */
export function keyOfName(name: string): Key | undefined {
  const segments: string[] = []
  for (const part of name.split('/')) {
    const segment = segmentOfName(part)
    if (segment === undefined) return undefined
    segments.push(segment)
  }
  return Key.of(...segments)
}
