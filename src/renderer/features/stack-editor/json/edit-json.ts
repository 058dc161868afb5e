import {
  formatPath,
  type JsonArray,
  type JsonNode,
  type JsonObject,
  type JsonPath,
  memberOf,
  nodeAt,
  parseJson,
} from './json-tree.ts'

/** The text of `node` as a value that can be put elsewhere: its lines lose the indentation of where it stood. */
export function cutText(text: string, node: JsonNode): JsonText {
  return dedentLines(text.slice(node.from, node.to), indentAt(text, node.from))
}

/** Puts `value` in the place of the value at `path`. */
export function replaceAt(text: string, path: JsonPath, value: JsonText): string {
  const node = nodeAt(parseJson(text), path)
  if (node === undefined) throw missing(path)
  return splice(text, node.from, node.to, indentLines(value, indentAt(text, node.from)))
}

/** Sets a member: in its place when it is there, else behind the last of the members named in `after`. */
export function setMember(
  text: string,
  path: JsonPath,
  name: string,
  value: JsonText,
  after?: readonly string[],
): string {
  const object = objectAt(text, path)
  if (memberOf(object, name) !== undefined) return replaceAt(text, [...path, name], value)
  const { members } = object
  const index = after === undefined ? members.length : members.findLastIndex(m => after.includes(m.name)) + 1
  return insertItem(text, object, index, memberText(name, value))
}

/** Removes a member; all of that name, when it is given twice. */
export function removeMember(text: string, path: JsonPath, name: string): string {
  const object = objectAt(text, path)
  const index = object.members.findLastIndex(member => member.name === name)
  return index < 0 ? text : removeMember(removeItem(text, object, index), path, name)
}

/** Gives a member another name, in its place. */
export function renameMember(text: string, path: JsonPath, name: string, newName: string): string {
  const member = memberOf(objectAt(text, path), name)
  if (member === undefined) throw missing([...path, name])
  return splice(text, member.from, member.nameTo, JSON.stringify(newName))
}

export function insertElement(text: string, path: JsonPath, index: number, value: JsonText): string {
  return insertItem(text, arrayAt(text, path), index, value)
}

export function removeElement(text: string, path: JsonPath, index: number): string {
  return removeItem(text, arrayAt(text, path), index)
}

function objectAt(text: string, path: JsonPath): JsonObject {
  const node = nodeAt(parseJson(text), path)
  if (node?.type !== 'object') throw missing(path)
  return node
}

function arrayAt(text: string, path: JsonPath): JsonArray {
  const node = nodeAt(parseJson(text), path)
  if (node?.type !== 'array') throw missing(path)
  return node
}

function missing(path: JsonPath): RangeError {
  return new RangeError(`Cannot edit "${formatPath(path)}": the document has no such place`)
}

/**
 * Inserts an item (a member or an element) before the one at `index`, in the way its neighbours are written: on a line
 * of its own, or on theirs while that stays short. The others are laid out anew only when one line has to become many.
 */
function insertItem(text: string, container: JsonObject | JsonArray, index: number, item: JsonText): string {
  const items = itemsOf(container)
  const first = items[0]
  if (first === undefined) return fillEmpty(text, container, item)
  const isSpread = text.slice(container.from, first.from).includes('\n')
  if (!isSpread && !fitsOnLine(text, container, item)) return spread(text, container, index, item)
  const gap = isSpread ? `\n${indentAt(text, first.from)}` : ' '
  const shown = indentLines(item, indentAt(text, first.from))
  const before = items[index - 1]
  return before === undefined
    ? splice(text, first.from, first.from, `${shown},${gap}`)
    : splice(text, before.to, before.to, `,${gap}${shown}`)
}

/** Removes the item at `index` with its comma and the blanks that led to it. */
function removeItem(text: string, container: JsonObject | JsonArray, index: number): string {
  const items = itemsOf(container)
  const [before, item, after] = [items[index - 1], items[index], items[index + 1]]
  if (item === undefined) return text
  if (after !== undefined) return splice(text, item.from, after.from, '')
  if (before !== undefined) return splice(text, before.to, item.to, '')
  return splice(text, container.from, container.to, brackets(container).join(''))
}

function fillEmpty(text: string, container: JsonObject | JsonArray, item: JsonText): string {
  if (!fitsOnLine(text, container, item)) return spread(text, container, 0, item)
  const [open, close] = brackets(container)
  const blank = container.type === 'object' ? ' ' : ''
  return splice(text, container.from, container.to, `${open}${blank}${item}${blank}${close}`)
}

function spread(text: string, container: JsonObject | JsonArray, index: number, item: JsonText): string {
  const base = indentAt(text, container.from)
  const shown = itemsOf(container).map(({ from, to }) => dedentLines(text.slice(from, to), base))
  const lines = printLines(brackets(container)[0], shown.toSpliced(index, 0, item), brackets(container)[1])
  return splice(text, container.from, container.to, indentLines(lines, base))
}

function fitsOnLine(text: string, container: JsonObject | JsonArray, item: JsonText): boolean {
  const used = container.to - lineStart(text, container.from)
  return isFlatText(item) && used + item.length + 2 <= LINE_WIDTH
}

function itemsOf(container: JsonObject | JsonArray) {
  return container.type === 'object' ? container.members : container.elements
}

function brackets(container: JsonObject | JsonArray): readonly [string, string] {
  return container.type === 'object' ? ['{', '}'] : ['[', ']']
}

/** Columns up to which a value stays on one line. */
const LINE_WIDTH = 80

export const INDENT = '  '

/** A value's text beginning at column 0: lines after the first carry only the value's own indentation. */
export type JsonText = string

/** Prints a value as the editor writes new ones: small flat values on one line, the rest one item per line. */
export function printJson(value: unknown): JsonText {
  if (Array.isArray(value)) return printArray(value.map(printJson))
  if (typeof value === 'object' && value !== null) {
    return printObject(Object.entries(value).map(([name, item]) => [name, printJson(item)]))
  }
  return JSON.stringify(value)
}

/** Prints a whole document: each of its members begins a line, and it ends with a line break. */
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

/** Puts each item on a line of its own between the brackets. */
function printLines(open: string, items: readonly JsonText[], close: string): JsonText {
  return `${open}\n${items.map(item => INDENT + indentLines(item, INDENT)).join(',\n')}\n${close}`
}

/** Adds `indent` to every line but the first. */
function indentLines(text: JsonText, indent: string): string {
  return indent === '' ? text : text.replaceAll('\n', `\n${indent}`)
}

/** Takes `indent` from every line but the first; a line that is indented less loses what it has. */
function dedentLines(text: string, indent: string): JsonText {
  if (indent === '') return text
  return text.replaceAll(/\n[ \t]*/g, line =>
    line.startsWith(indent, 1) ? `\n${line.slice(1 + indent.length)}` : '\n',
  )
}

/** Whether a value's or a member's text holds no container with something in it. */
function isFlatText(text: JsonText): boolean {
  return !/^(?:"(?:[^"\\]|\\.)*": )?(?:\{[^}]|\[[^\]])/.test(text)
}

export function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The blanks at the beginning of the line that `offset` is in. */
function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset)
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}
