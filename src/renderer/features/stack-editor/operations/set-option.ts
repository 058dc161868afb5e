import { removeMember, renameMember, setMember } from '../json/patch-json.ts'
import type { JsonText } from '../json/print-json.ts'
import { propertiesOf } from '../model/schema.ts'
import type { StackNode } from '../model/stack-node.ts'

/** What every node may say before its options. */
const HEAD = ['kind', 'id', 'label']

/** Sets an option of a node; `undefined` takes it out, so that its default holds. */
export function setOption(text: string, node: StackNode, name: string, value: JsonText | undefined): string {
  if (value === undefined) return removeMember(text, node.path, name)
  const order = [...HEAD, ...propertiesOf(node.info).map(property => property.name)]
  const place = order.indexOf(name)
  return setMember(text, node.path, name, value, place < 0 ? undefined : order.slice(0, place))
}

/** Sets a member of the document itself, such as its name. */
export function setDocumentMember(text: string, name: string, value: JsonText): string {
  return setMember(text, [], name, value, ['strata'])
}

/** Gives a child that is told by name another name. */
export function renameChild(text: string, { path, slot }: StackNode, name: string): string {
  return renameMember(text, path.slice(0, -1), String(slot?.step), name)
}
