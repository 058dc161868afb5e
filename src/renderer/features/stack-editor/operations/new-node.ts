import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { memberOf, stringOf } from '../json/json-node.ts'
import { cutText } from '../json/patch-json.ts'
import { type JsonText, printJson, printObject } from '../json/print-json.ts'
import { type Property, propertiesOf } from '../model/schema.ts'
import type { StackNode } from '../model/stack-node.ts'
import { nextName } from './next-name.ts'

export interface NewNode {
  readonly info: KindInfo
  readonly id: string
  /** The nodes beside which it will stand: where those of its kind agree it becomes like them. */
  readonly siblings: readonly StackNode[]
  /** The text of the document that the siblings are in. */
  readonly text: string
  readonly children?: JsonText | undefined
}

/** The text of a new node, with the options that it needs and those that its siblings suggest. */
export function newNode({ info, id, siblings, text, children }: NewNode): JsonText {
  const alike = siblings.filter(sibling => sibling.kind === info.kind)
  const members: [string, JsonText][] = [
    ['kind', printJson(info.kind)],
    ['id', printJson(id)],
  ]
  const label = suggestLabel(alike)
  if (label !== undefined) members.push(['label', printJson(label)])
  for (const property of propertiesOf(info)) {
    const value = suggestOption(property, alike, text)
    if (value !== undefined) members.push([property.name, value])
  }
  if (info.childrenField !== undefined && children !== undefined) members.push([info.childrenField, children])
  return printObject(members)
}

/** Carries a series of labels on, as `Shard C` after `Shard A` and `Shard B`; one label alone is no series. */
function suggestLabel(alike: readonly StackNode[]): string | undefined {
  const labels = alike.flatMap(({ label }) => label ?? [])
  return labels.length > 1 && labels.length === alike.length ? nextName(labels) : undefined
}

/** What a new node should say for an option; undefined to say nothing. */
export function suggestOption(
  { name, schema, isRequired }: Property,
  alike: readonly StackNode[],
  text: string,
): JsonText | undefined {
  const given = alike.map(({ json }) => memberOf(json, name)?.value)
  const [first] = given
  if (first !== undefined && schema['format'] === 'folder-path') {
    return printJson(nextName(given.flatMap(value => stringOf(value) ?? [])))
  }
  const texts = new Set(given.map(value => value && cutText(text, value)))
  const [only] = texts
  if (texts.size === 1 && only !== undefined) return only
  return isRequired && schema['default'] === undefined ? emptyValue(schema) : undefined
}

/** The least that has the right type, where there is such a thing: it is there to be filled in. */
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
