/** Where a text is not valid JSON (RFC 8259), in UTF-16 code units. */
export interface JsonProblem {
  readonly from: number
  readonly to: number
  readonly message: string
}

type Expecting = 'value' | 'valueOrEnd' | 'nameOrEnd' | 'name' | 'colon' | 'commaOrEnd' | 'end'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y
/** An invalid token, to be marked as a whole. */
const TOKEN = /[\w.+-]+|[^]/uy

const EXPECTED: Readonly<Record<Expecting, string>> = {
  value: 'a value',
  valueOrEnd: 'a value or "]"',
  nameOrEnd: 'a name in double quotes or "}"',
  name: 'a name in double quotes',
  colon: '":"',
  commaOrEnd: '"," or the closing bracket',
  end: 'nothing more',
}

/**
 * Checks a text strictly, without creating values.
 * @returns The first problem, or `undefined` for valid JSON.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  const open: ('{' | '[')[] = []
  let expecting: Expecting = 'value'
  let at = skip(SPACE, text, 0)
  while (at < text.length) {
    const step = takeToken(text, at, expecting, open)
    if (typeof step === 'string') return { from: at, to: skip(TOKEN, text, at), message: step }
    expecting = step.expecting
    at = skip(SPACE, text, step.end)
  }
  if (expecting === 'end') return undefined
  const message = `The text ends where ${EXPECTED[expecting]} is expected`
  return { from: Math.max(0, text.length - 1), to: text.length, message }
}

interface Step {
  readonly end: number
  readonly expecting: Expecting
}

function takeToken(text: string, at: number, expecting: Expecting, open: ('{' | '[')[]): Step | string {
  const character = text.charAt(at)
  const canClose =
    (expecting === 'nameOrEnd' && character === '}') ||
    (expecting === 'valueOrEnd' && character === ']') ||
    (expecting === 'commaOrEnd' && character === (open.at(-1) === '{' ? '}' : ']'))
  if (canClose) {
    open.pop()
    return { end: at + 1, expecting: afterValue(open) }
  }
  if (expecting === 'commaOrEnd' && character === ',') {
    return { end: at + 1, expecting: open.at(-1) === '{' ? 'name' : 'value' }
  }
  if (expecting === 'colon' && character === ':') return { end: at + 1, expecting: 'value' }
  if (expecting === 'name' || expecting === 'nameOrEnd') {
    if (character !== '"') return unexpected(text, at, expecting, open)
    const end = scanString(text, at)
    return typeof end === 'number' ? { end, expecting: 'colon' } : end
  }
  if (expecting === 'value' || expecting === 'valueOrEnd') return takeValue(text, at, expecting, open)
  return unexpected(text, at, expecting, open)
}

function takeValue(text: string, at: number, expecting: Expecting, open: ('{' | '[')[]): Step | string {
  const character = text.charAt(at)
  if (character === '{' || character === '[') {
    open.push(character)
    return { end: at + 1, expecting: character === '{' ? 'nameOrEnd' : 'valueOrEnd' }
  }
  if (character === '"') {
    const end = scanString(text, at)
    return typeof end === 'number' ? { end, expecting: afterValue(open) } : end
  }
  const pattern = /[-\d]/.test(character) ? NUMBER : WORD
  const end = skip(pattern, text, at)
  const isWhole = end > at && end === skip(TOKEN, text, at)
  return isWhole ? { end, expecting: afterValue(open) } : unexpected(text, at, expecting, open)
}

function afterValue(open: readonly string[]): Expecting {
  return open.length === 0 ? 'end' : 'commaOrEnd'
}

/**
 * The end of the string that begins at `start`, or its error. A loop, because a regular expression overflows on
 * megabytes.
 */
function scanString(text: string, start: number): number | string {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code < 0x20) return 'This string holds a line break or another control character'
    if (code === 0x5c) {
      const end = skip(ESCAPE, text, at)
      if (end === at) return 'This string holds an invalid escape'
      at = end - 1
    }
  }
  return 'This string has no end'
}

function unexpected(text: string, at: number, expecting: Expecting, open: readonly string[]): string {
  const found = JSON.stringify(text.slice(at, Math.min(skip(TOKEN, text, at), at + 20)))
  const closing = open.at(-1) === '{' ? '"," or "}"' : '"," or "]"'
  return `Expected ${expecting === 'commaOrEnd' ? closing : EXPECTED[expecting]}, found ${found}`
}

/** The end of a sticky pattern's match at `at`; `at` if there is none. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
