interface Span {
  /** Where it starts in the text, in UTF-16 code units. */
  readonly from: number
  /** Just past its end. */
  readonly to: number
}

export interface JsonMember extends Span {
  readonly name: string
  /** Just past the name's closing quote. */
  readonly nameTo: number
  readonly value: JsonNode
}

export interface JsonObject extends Span {
  readonly type: 'object'
  readonly members: readonly JsonMember[]
}

export interface JsonArray extends Span {
  readonly type: 'array'
  readonly elements: readonly JsonNode[]
}

export interface JsonScalar extends Span {
  readonly type: 'string' | 'number' | 'boolean' | 'null'
  readonly value: string | number | boolean | null
}

/** A JSON value with its place in the text, so that an edit can leave everything else as it was written. */
export type JsonNode = JsonObject | JsonArray | JsonScalar

/** One step down: a member's name or an element's index. */
export type PathStep = string | number
export type JsonPath = readonly PathStep[]

/** The member called `name`; the last one counts when it is given twice, as in `JSON.parse`. */
export function memberOf(node: JsonNode | undefined, name: string): JsonMember | undefined {
  return node?.type === 'object' ? node.members.findLast(member => member.name === name) : undefined
}

export function childAt(node: JsonNode | undefined, step: PathStep): JsonNode | undefined {
  if (typeof step === 'string') return memberOf(node, step)?.value
  return node?.type === 'array' ? node.elements[step] : undefined
}

export function nodeAt(root: JsonNode | undefined, path: JsonPath): JsonNode | undefined {
  let node = root
  for (const step of path) node = childAt(node, step)
  return node
}

/** What `JSON.parse` makes of the node's text. */
export function valueOf(node: JsonNode): unknown {
  if (node.type === 'array') return node.elements.map(valueOf)
  if (node.type !== 'object') return node.value
  return Object.fromEntries(node.members.map(({ name, value }) => [name, valueOf(value)]))
}

/** The text of a string node. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' && typeof node.value === 'string' ? node.value : undefined
}
