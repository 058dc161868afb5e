export interface JsonError {
  readonly message: string
  /** UTF-16 code units from the beginning of the text. */
  readonly offset: number
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'end'

const MESSAGES: Readonly<Record<Expected, string>> = {
  value: 'a value is expected here',
  'value or ]': 'a value or "]" is expected here',
  key: 'a name in double quotes is expected here',
  'key or }': 'a name in double quotes or "}" is expected here',
  colon: '":" is expected here',
  comma: '"," or the closing bracket is expected here',
  end: 'nothing more is expected here',
}

const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])/y

/**
 * Where and why `text` is not valid JSON; `undefined` if it is. The platform's parser does not always give a position.
 */
export function findJsonError(text: string): JsonError | undefined {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  let offset = after(SPACE, text, 0)
  while (offset < text.length) {
    const step = take(text, offset, expected, open)
    if (step === undefined) return { message: MESSAGES[expected], offset }
    expected = step.expected
    offset = after(SPACE, text, step.offset)
  }
  return expected === 'end' ? undefined : { message: `the text ends, but ${MESSAGES[expected]}`, offset }
}

interface Step {
  readonly offset: number
  readonly expected: Expected
}

function take(text: string, offset: number, expected: Expected, open: ('[' | '{')[]): Step | undefined {
  const next = text[offset]
  const isClosing =
    (next === ']' && open.at(-1) === '[' && (expected === 'comma' || expected === 'value or ]')) ||
    (next === '}' && open.at(-1) === '{' && (expected === 'comma' || expected === 'key or }'))
  if (isClosing) {
    open.pop()
    return { offset: offset + 1, expected: afterValue(open) }
  }
  switch (expected) {
    case 'end':
      return undefined
    case 'comma':
      return next === ','
        ? { offset: offset + 1, expected: open.at(-1) === '{' ? 'key' : 'value' }
        : undefined
    case 'colon':
      return next === ':' ? { offset: offset + 1, expected: 'value' } : undefined
    case 'key':
    case 'key or }':
      return stepPast(STRING, text, offset, 'colon')
    case 'value':
    case 'value or ]':
      if (next !== '[' && next !== '{') {
        return stepPast(next === '"' ? STRING : SCALAR, text, offset, afterValue(open))
      }
      open.push(next)
      return { offset: offset + 1, expected: next === '[' ? 'value or ]' : 'key or }' }
  }
}

function stepPast(pattern: RegExp, text: string, offset: number, expected: Expected): Step | undefined {
  const end = after(pattern, text, offset)
  return end === offset ? undefined : { offset: end, expected }
}

function afterValue(open: readonly unknown[]): Expected {
  return open.length === 0 ? 'end' : 'comma'
}

/** The end of a match of the sticky pattern at `offset`; `offset` itself if there is none. */
function after(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex : offset
}
