import { memberOf } from '../json/json-node.ts'
import { propertiesOf } from '../model/schema.ts'
import type { StackNode } from '../model/stack-node.ts'

/** What a node is called: its own name, else that of its kind. */
export function nodeTitle({ label, info, kind }: StackNode): string {
  return label || info?.label || kind || 'Kind to be chosen'
}

/** What tells it from others of its kind: its kind when it has a name, and the first things that it says. */
export function nodeDetail(node: StackNode, text: string): string {
  const { label, info, json, slot } = node
  const said = propertiesOf(info).flatMap(({ name, schema }) => {
    const value = memberOf(json, name)?.value
    if (value?.type === 'string') {
      return schema['format'] === 'folder-path' ? lastSegments(String(value.value)) : String(value.value)
    }
    return value === undefined ? [] : `${name}: ${text.slice(value.from, value.to)}`
  })
  const key = slot?.type === 'keyed' ? String(slot.step) : undefined
  const kindName = label === undefined || label === '' ? undefined : info?.label
  return [key, kindName, ...said].filter(part => part !== undefined && part !== '').join(' · ')
}

/** The end of a path, where folders that lie together differ. */
function lastSegments(path: string): string {
  const end = /[^/\\]*[/\\][^/\\]+[/\\]*$/.exec(path)?.[0] ?? path
  return end.length < path.length - 1 ? `…/${end}` : path
}
