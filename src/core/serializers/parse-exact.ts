import type { Json } from './json.ts'

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const NUMBER = /[-+.\deE]*/y
/** Digits that identify a double uniquely (source: IEEE 754-2019, 5.12.2). */
const DOUBLE_DIGITS = 17

/**
 * Parses JSON, and refuses what JavaScript would change: a number that is not representable as a double
 * (`12345678901234567890`, `1e400`), and a name that occurs twice in one object. A whole number must be exact. Other
 * notations may have up to 17 digits, which identify a double uniquely.
 * @throws SyntaxError, TypeError
 */
export function parseExact(text: string): Json {
  const value = JSON.parse(text) as Json
  if (namesIn(text) !== namesOf(value)) throw new TypeError('a name occurs twice in one object')
  return value
}

/**
 * Counts the names in valid JSON, and checks its numbers on the way. Outside of strings a colon occurs only after a
 * name.
 */
function namesIn(text: string): number {
  let names = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    else if (code === COLON) names++
    else if (code === 45 || (code >= 48 && code <= 57)) {
      NUMBER.lastIndex = at
      const [token] = NUMBER.exec(text) ?? ['']
      assertHeld(token)
      at += token.length - 1
    }
  }
  return names
}

function endOfText(text: string, start: number): number {
  let at = start + 1
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at))
    at += code === BACKSLASH ? 2 : 1
  return at
}

function assertHeld(token: string): void {
  // A number this short without an exponent is always representable.
  if (token.length < 16 && !/e/i.test(token)) return
  const value = Number(token)
  const digits = digitsOf(token)
  const isHeld = /[.e]/i.test(token)
    ? Number.isFinite(value) &&
      (value !== 0 || digits === '') &&
      (digits.length <= DOUBLE_DIGITS || digits === digitsOf(String(value)))
    : Number.isFinite(value) && (String(value) === token || BigInt(value) === BigInt(token))
  if (!isHeld) throw new TypeError(`the number ${token.slice(0, 40)} cannot be held without loss`)
}

/** The digits of a number without zeros at either end. */
function digitsOf(token: string): string {
  const [mantissa = ''] = token.toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+|0+$/g, '')
}

function namesOf(value: Json): number {
  let names = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== 'object' || next === null) continue
    const items: readonly unknown[] = Object.values(next)
    if (!Array.isArray(next)) names += items.length
    for (const item of items) if (typeof item === 'object' && item !== null) waiting.push(item)
  }
  return names
}
