import {
  getNodeValue,
  type JSONVisitor,
  type Node,
  parseTree,
  printParseErrorCode,
  visit,
} from 'jsonc-parser'

/** A JSON value with its place in the text, so that an edit can leave everything else as it was written. */
export type JsonNode = Node

/** One step down: a member's name or an element's index. */
export type PathStep = string | number
export type JsonPath = readonly PathStep[]

/** A stretch of the text, in UTF-16 code units; `to` is just past its end. */
export interface TextRange {
  readonly from: number
  readonly to: number
}

export interface JsonMember {
  readonly name: string
  /** The name with its quotes. */
  readonly nameRange: TextRange
  readonly value: JsonNode
}

export class JsonSyntaxError extends Error {
  override name = 'JsonSyntaxError'
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Deeper documents are refused, because reading one recurses. */
const MAX_DEPTH = 400

/** JSON (RFC 8259) has neither comments nor trailing commas. */
const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false }

/** Reads strict JSON. Throws `JsonSyntaxError`. */
export function parseJson(text: string): JsonNode {
  checkJson(text)
  const root = parseTree(text, [], STRICT)
  if (root === undefined) throw new JsonSyntaxError('a value is expected here', 0)
  return root
}

/** Throws at the first error: `parseTree` would continue with a tree of what it could read. */
function checkJson(text: string): void {
  const open: Bracket[] = []
  const enter = (bracket: Bracket, offset: number): void => {
    if (open.push(bracket) > MAX_DEPTH)
      throw new JsonSyntaxError(`nested more than ${MAX_DEPTH} levels deep`, offset)
  }
  const leave = (): void => void open.pop()
  const visitor: JSONVisitor = {
    onObjectBegin: offset => enter('}', offset),
    onArrayBegin: offset => enter(']', offset),
    onObjectEnd: leave,
    onArrayEnd: leave,
    onError(code, offset) {
      throw syntaxError(text, printParseErrorCode(code), offset, open.at(-1))
    },
  }
  visit(text, visitor, STRICT)
}

export function rangeOf({ offset, length }: JsonNode): TextRange {
  return { from: offset, to: offset + length }
}

/** The node as the text spells it. */
export function textOf(text: string, node: JsonNode): string {
  return text.slice(node.offset, node.offset + node.length)
}

/** The members of an object in the order of the text; none of any other value. */
export function membersOf({ type, children = [] }: JsonNode): readonly JsonMember[] {
  if (type !== 'object') return []
  return children.flatMap(({ children: [name, value] = [] }) =>
    name === undefined || value === undefined
      ? []
      : [{ name: String(name.value), nameRange: rangeOf(name), value }],
  )
}

/** The elements of an array; none of any other value. */
export function elementsOf({ type, children = [] }: JsonNode): readonly JsonNode[] {
  return type === 'array' ? children : []
}

/** The member called `name`; the last one if the name is repeated, as in `JSON.parse`. */
export function memberOf(node: JsonNode | undefined, name: string): JsonMember | undefined {
  return node && membersOf(node).findLast(member => member.name === name)
}

export function childAt(node: JsonNode | undefined, step: PathStep): JsonNode | undefined {
  if (typeof step === 'string') return memberOf(node, step)?.value
  return node && elementsOf(node)[step]
}

export function nodeAt(root: JsonNode | undefined, path: JsonPath): JsonNode | undefined {
  return path.reduce<JsonNode | undefined>(childAt, root)
}

/** The value that the node's text stands for. */
export function valueOf(node: JsonNode): unknown {
  return getNodeValue(node)
}

/** The text of a string node. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' ? String(node.value) : undefined
}

type Bracket = '}' | ']'
type ErrorName = ReturnType<typeof printParseErrorCode>

const MESSAGES: Readonly<Partial<Record<ErrorName, string>>> = {
  InvalidSymbol: 'only a value, or a name in double quotes, may stand here',
  InvalidNumberFormat: 'not a valid number',
  UnexpectedEndOfNumber: 'not a valid number',
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: '":" is expected after a name',
  EndOfFileExpected: 'nothing may follow the value of the document',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
}

/** The part of a string that is valid: its first quote, characters and escapes. */
const VALID_STRING = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

function syntaxError(
  text: string,
  name: ErrorName,
  offset: number,
  closing: Bracket | undefined,
): JsonSyntaxError {
  const isUnfinished =
    name === 'CommaExpected' || name === 'CloseBraceExpected' || name === 'CloseBracketExpected'
  const message = isUnfinished ? `"," or "${closing ?? ''}" is expected here` : MESSAGES[name]
  if (message === undefined) return stringError(text, offset)
  const found = offset < text.length ? '' : 'the document ends too early: '
  return new JsonSyntaxError(`${found}${message}`, offset)
}

/** What is wrong with the string that begins at `start`, and where. */
function stringError(text: string, start: number): JsonSyntaxError {
  VALID_STRING.lastIndex = start
  const end = start + (VALID_STRING.exec(text)?.[0].length ?? 0)
  if (end >= text.length) return new JsonSyntaxError('this string has no closing double quote', start)
  if (text[end] === '\\') {
    const escapes = '" \\ / b f n r t, or u and four hex digits'
    return new JsonSyntaxError(`a backslash must be followed by one of ${escapes}`, end)
  }
  return new JsonSyntaxError('a string cannot hold a line break or another control character', end)
}

/** `root`, `.tiers`, `[1]` or, for names that are not plain words, `["/a.b"]`. */
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y
const PLAIN_NAME = /^[\w$-]+$/

/** Formats a path as problems name it: `root.tiers[1].path`. */
export function formatPath(path: JsonPath): string {
  return path.map((step, index) => formatStep(step, index === 0)).join('')
}

/** Reads `root.tiers[1].path`, up to the first step that is not valid. */
export function parsePath(text: string): JsonPath {
  const path: PathStep[] = []
  STEP.lastIndex = 0
  for (let match = STEP.exec(text); match !== null; match = STEP.exec(text)) {
    const [, name, index, quoted] = match
    if (name !== undefined) path.push(name)
    else if (index !== undefined) path.push(Number(index))
    else if (quoted !== undefined) path.push(unquote(quoted))
  }
  return path
}

export function isPrefix(prefix: JsonPath, path: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index])
}

function formatStep(step: PathStep, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  if (!PLAIN_NAME.test(step)) return `[${JSON.stringify(step)}]`
  return isFirst ? step : `.${step}`
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text.slice(1, -1)
  }
}
