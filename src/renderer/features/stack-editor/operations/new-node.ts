import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { cutText, type JsonText, printJson, printObject, setMember } from '../json/edit-json.ts'
import { memberOf, nodeAt, parseJson, stringOf } from '../json/json-tree.ts'
import {
  type Kinds,
  type Property,
  propertiesOf,
  readStack,
  type StackNode,
  walk,
} from '../model/stack-node.ts'

interface NewNode {
  readonly info: KindInfo
  readonly id: string
  /** Its future siblings. It takes over the options that all siblings of its kind share. */
  readonly siblings: readonly StackNode[]
  /** The text that the siblings were read from. */
  readonly text: string
  readonly children?: JsonText | undefined
}

/** The text of a new node, with its required options and those that its siblings share. */
export function newNode({ info, id, siblings, text, children }: NewNode): JsonText {
  const sameKind = siblings.filter(sibling => sibling.kind === info.kind)
  const members: [string, JsonText][] = [
    ['kind', printJson(info.kind)],
    ['id', printJson(id)],
  ]
  const label = suggestLabel(sameKind)
  if (label !== undefined) members.push(['label', printJson(label)])
  for (const property of propertiesOf(info)) {
    const value = suggestOption(property, sameKind, text)
    if (value !== undefined) members.push([property.name, value])
  }
  if (info.childrenField !== undefined && children !== undefined) members.push([info.childrenField, children])
  return printObject(members)
}

/** Continues a series of at least two labels: `Shard C` after `Shard A` and `Shard B`. */
function suggestLabel(sameKind: readonly StackNode[]): string | undefined {
  const labels = sameKind.flatMap(({ label }) => label ?? [])
  return labels.length > 1 && labels.length === sameKind.length ? nextName(labels) : undefined
}

/** The value of an option of a new node; undefined to leave it out. */
export function suggestOption(
  { name, schema, isRequired }: Property,
  sameKind: readonly StackNode[],
  text: string,
): JsonText | undefined {
  const given = sameKind.map(({ json }) => memberOf(json, name)?.value)
  const [first] = given
  if (first !== undefined && schema['format'] === 'folder-path') {
    return printJson(nextName(given.flatMap(value => stringOf(value) ?? [])))
  }
  const texts = new Set(given.map(value => value && cutText(text, value)))
  const [only] = texts
  if (texts.size === 1 && only !== undefined) return only
  return isRequired && schema['default'] === undefined ? emptyValue(schema) : undefined
}

/** An empty value of the right type, for the user to fill in. */
function emptyValue(schema: Property['schema']): JsonText | undefined {
  const choices = schema['enum']
  if (Array.isArray(choices)) return printJson(choices[0])
  switch (schema['type']) {
    case 'string':
      return '""'
    case 'boolean':
      return 'false'
    case 'integer':
    case 'number':
      return printJson(typeof schema['minimum'] === 'number' ? schema['minimum'] : 0)
    case 'array':
      return '[]'
    case 'object':
      return '{}'
    default:
      return undefined
  }
}

/** The next name of a series: `…/shard-2` after `…/shard-1`, `c` after `a` and `b`. Never one of `names`. */
export function nextName(names: readonly string[]): string {
  const last = names.at(-1)
  if (last === undefined) return ''
  const taken = new Set(names)
  const lettered = nextLetter(last, names.at(-2))
  if (lettered !== undefined && !taken.has(lettered)) return lettered
  const { before, digits, after } = counterOf(last, names.at(-2))
  for (let number = Number(digits) + 1; ; number++) {
    const name = `${before}${String(number).padStart(digits.length, '0')}${after}`
    if (!taken.has(name)) return name
  }
}

interface Counter {
  readonly before: string
  readonly digits: string
  readonly after: string
}

/** The number in which `name` differs from `previous`; else its last number; else a number to append. */
function counterOf(name: string, previous: string | undefined): Counter {
  const counters = [...name.matchAll(/\d{1,15}/g)].map(match => ({
    before: name.slice(0, match.index),
    digits: match[0],
    after: name.slice(match.index + match[0].length),
  }))
  const counter = counters.find(({ before, after }) => isCounted(previous, before, after))
  return counter ?? counters.at(-1) ?? uncounted(name)
}

function isCounted(name: string | undefined, before: string, after: string): boolean {
  if (name === undefined || !name.startsWith(before) || !name.endsWith(after)) return false
  return /^\d+$/.test(name.slice(before.length, name.length - after.length))
}

/** A name without a number counts as number one of its series. */
function uncounted(name: string): Counter {
  const slashes = /[/\\]+$/.exec(name)?.[0] ?? ''
  return { before: `${name.slice(0, name.length - slashes.length)}-`, digits: '1', after: slashes }
}

/** The next name, if `name` and `previous` differ only in two consecutive letters. */
function nextLetter(name: string, previous: string | undefined): string | undefined {
  if (previous?.length !== name.length) return undefined
  const at = Array.from(name, (_, index) => index).find(index => name[index] !== previous[index])
  if (at === undefined || name.slice(at + 1) !== previous.slice(at + 1)) return undefined
  const [before, letter] = [previous.charCodeAt(at), name.charCodeAt(at)]
  const isSeries = letter === before + 1 && /^[a-yA-Y]$/.test(name.charAt(at))
  return isSeries ? name.slice(0, at) + String.fromCharCode(letter + 1) + name.slice(at + 1) : undefined
}

/** Makes ids for new nodes that are unique in the document: `memory-1`, `memory-2`. */
export class FreshIds {
  readonly #taken: Set<string>

  constructor(root: StackNode | undefined) {
    const nodes = root === undefined ? [] : walk(root)
    this.#taken = new Set(nodes.flatMap(node => idOf(node) ?? []))
  }

  next(kind: string): string {
    let number = 1
    while (this.#taken.has(`${kind}-${number}`)) number++
    const id = `${kind}-${number}`
    this.#taken.add(id)
    return id
  }
}

export function idOf(node: StackNode): string | undefined {
  return stringOf(memberOf(node.json, 'id')?.value)
}

/**
 * Writes the ids of a running stack into the text it was opened from, where the text has none. An id that is derived
 * from the position of a node would change when the node is moved.
 */
export function adoptIds(text: string, running: unknown, kinds: Kinds): string {
  const document = parseJson(JSON.stringify(running))
  const root = readStack(parseJson(text), kinds)
  let adopted = text
  for (const node of root === undefined ? [] : walk(root)) {
    const other = nodeAt(document, node.path)
    const id = memberOf(other, 'id')?.value
    const isSame = stringOf(memberOf(other, 'kind')?.value) === node.kind
    if (idOf(node) === undefined && id?.type === 'string' && isSame)
      adopted = setMember(adopted, node.path, 'id', printJson(id.value), ['kind'])
  }
  return adopted
}
