import { insertItem, removeItem } from './edit-items.ts'
import type { JsonArray, JsonNode, JsonObject, JsonPath } from './json-node.ts'
import { memberOf, nodeAt } from './json-node.ts'
import { formatPath } from './json-path.ts'
import { parseJson } from './parse-json.ts'
import { dedentLines, indentLines, type JsonText, memberText } from './print-json.ts'
import { indentAt, splice } from './text-lines.ts'

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
