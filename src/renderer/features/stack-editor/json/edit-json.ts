import {
  formatPath,
  type JsonNode,
  type JsonPath,
  memberOf,
  membersOf,
  nodeAt,
  parseJson,
  rangeOf,
  textOf,
} from './json-tree.ts'

/** The text of `node` as a value to insert elsewhere: without the indentation of its place. */
export function cutText(text: string, node: JsonNode): JsonText {
  return dedentLines(textOf(text, node), indentAt(text, node.offset))
}

/** Replaces the value at `path` by `value`. */
export function replaceAt(text: string, path: JsonPath, value: JsonText): string {
  const node = nodeAt(parseJson(text), path)
  if (node === undefined) throw missing(path)
  return replaceNode(text, node, indentLines(value, indentAt(text, node.offset)))
}

/** Sets a member. A new one goes behind the last of the members named in `after`, or at the end. */
export function setMember(
  text: string,
  path: JsonPath,
  name: string,
  value: JsonText,
  after?: readonly string[],
): string {
  const object = containerAt(text, path, 'object')
  if (memberOf(object, name) !== undefined) return replaceAt(text, [...path, name], value)
  const members = membersOf(object)
  const index = after === undefined ? members.length : members.findLastIndex(m => after.includes(m.name)) + 1
  return insertItem(text, object, index, memberText(name, value))
}

/** Removes every member of this name. */
export function removeMember(text: string, path: JsonPath, name: string): string {
  const object = containerAt(text, path, 'object')
  const index = membersOf(object).findLastIndex(member => member.name === name)
  return index < 0 ? text : removeMember(removeItem(text, object, index), path, name)
}

/** Renames a member in place. */
export function renameMember(text: string, path: JsonPath, name: string, newName: string): string {
  const member = memberOf(containerAt(text, path, 'object'), name)
  if (member === undefined) throw missing([...path, name])
  return splice(text, member.nameRange.from, member.nameRange.to, JSON.stringify(newName))
}

export function insertElement(text: string, path: JsonPath, index: number, value: JsonText): string {
  return insertItem(text, containerAt(text, path, 'array'), index, value)
}

export function removeElement(text: string, path: JsonPath, index: number): string {
  return removeItem(text, containerAt(text, path, 'array'), index)
}

function containerAt(text: string, path: JsonPath, type: 'object' | 'array'): JsonNode {
  const node = nodeAt(parseJson(text), path)
  if (node?.type !== type) throw missing(path)
  return node
}

function missing(path: JsonPath): RangeError {
  return new RangeError(`Cannot edit "${formatPath(path)}": the document has no such field`)
}

/**
 * Inserts an item (a member or an element) before the one at `index`, formatted like its neighbours: on its own line,
 * or on their line while that stays short. Other items are reformatted only when one line has to be split.
 */
function insertItem(text: string, container: JsonNode, index: number, item: JsonText): string {
  const items = itemsOf(container)
  const first = items[0]
  if (first === undefined) return fillEmpty(text, container, item)
  const isSpread = text.slice(container.offset, first.from).includes('\n')
  if (!isSpread && !fitsOnLine(text, container, item)) return spread(text, container, index, item)
  const gap = isSpread ? `\n${indentAt(text, first.from)}` : ' '
  const shown = indentLines(item, indentAt(text, first.from))
  const before = items[index - 1]
  return before === undefined
    ? splice(text, first.from, first.from, `${shown},${gap}`)
    : splice(text, before.to, before.to, `,${gap}${shown}`)
}

/** Removes the item at `index`, with its comma and the whitespace before it. */
function removeItem(text: string, container: JsonNode, index: number): string {
  const items = itemsOf(container)
  const [before, item, after] = [items[index - 1], items[index], items[index + 1]]
  if (item === undefined) return text
  if (after !== undefined) return splice(text, item.from, after.from, '')
  if (before !== undefined) return splice(text, before.to, item.to, '')
  return replaceNode(text, container, brackets(container).join(''))
}

function fillEmpty(text: string, container: JsonNode, item: JsonText): string {
  if (!fitsOnLine(text, container, item)) return spread(text, container, 0, item)
  const [open, close] = brackets(container)
  const blank = container.type === 'object' ? ' ' : ''
  return replaceNode(text, container, `${open}${blank}${item}${blank}${close}`)
}

function spread(text: string, container: JsonNode, index: number, item: JsonText): string {
  const base = indentAt(text, container.offset)
  const shown = itemsOf(container).map(({ from, to }) => dedentLines(text.slice(from, to), base))
  const lines = printLines(brackets(container)[0], shown.toSpliced(index, 0, item), brackets(container)[1])
  return replaceNode(text, container, indentLines(lines, base))
}

function fitsOnLine(text: string, container: JsonNode, item: JsonText): boolean {
  const used = container.offset + container.length - lineStart(text, container.offset)
  return isFlatText(item) && used + item.length + 2 <= LINE_WIDTH
}

function itemsOf(container: JsonNode) {
  return (container.children ?? []).map(rangeOf)
}

function brackets(container: JsonNode): readonly [string, string] {
  return container.type === 'object' ? ['{', '}'] : ['[', ']']
}

/** Columns up to which a value stays on one line. */
const LINE_WIDTH = 80

export const INDENT = '  '

/** The text of a value that starts at column 0; later lines have only the indentation inside the value. */
export type JsonText = string

/** Formats a value: on one line if it is short and holds no other containers, otherwise one item per line. */
export function printJson(value: unknown): JsonText {
  if (Array.isArray(value)) return printArray(value.map(printJson))
  if (typeof value === 'object' && value !== null) {
    return printObject(Object.entries(value).map(([name, item]) => [name, printJson(item)]))
  }
  return JSON.stringify(value)
}

/** Formats a whole document: one member per line, with a line break at the end. */
export function printDocument(document: object): string {
  const members = Object.entries(document).map(([name, value]) => memberText(name, printJson(value)))
  return `${members.length === 0 ? '{}' : printLines('{', members, '}')}\n`
}

export function printObject(members: readonly (readonly [string, JsonText])[]): JsonText {
  const isFlat = members.every(([, value]) => isFlatText(value))
  const items = members.map(([name, value]) => memberText(name, value))
  const line = `{ ${items.join(', ')} }`
  if (items.length === 0) return '{}'
  return isFlat && line.length <= LINE_WIDTH ? line : printLines('{', items, '}')
}

export function printArray(items: readonly JsonText[]): JsonText {
  const line = `[${items.join(', ')}]`
  return items.every(isFlatText) && line.length <= LINE_WIDTH ? line : printLines('[', items, ']')
}

function memberText(name: string, value: JsonText): JsonText {
  return `${JSON.stringify(name)}: ${value}`
}

/** Formats items one per line between brackets. */
function printLines(open: string, items: readonly JsonText[], close: string): JsonText {
  return `${open}\n${items.map(item => INDENT + indentLines(item, INDENT)).join(',\n')}\n${close}`
}

/** Adds `indent` to every line but the first. */
function indentLines(text: JsonText, indent: string): string {
  return indent === '' ? text : text.replaceAll('\n', `\n${indent}`)
}

/** Removes `indent` from every line but the first; from a line with less indentation, all of it. */
function dedentLines(text: string, indent: string): JsonText {
  if (indent === '') return text
  return text.replaceAll(/\n[ \t]*/g, line =>
    line.startsWith(indent, 1) ? `\n${line.slice(1 + indent.length)}` : '\n',
  )
}

/** Whether the text of a value or a member contains no filled object or array. */
function isFlatText(text: JsonText): boolean {
  return !/^(?:"(?:[^"\\]|\\.)*": )?(?:\{[^}]|\[[^\]])/.test(text)
}

function replaceNode(text: string, node: JsonNode, inserted: string): string {
  const { from, to } = rangeOf(node)
  return splice(text, from, to, inserted)
}

export function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The indentation of the line that contains `offset`. */
function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset)
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}
