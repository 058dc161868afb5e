import { memberOf, nodeAt, stringOf } from '../json/json-node.ts'
import { parseJson } from '../json/parse-json.ts'
import { setMember } from '../json/patch-json.ts'
import { printJson } from '../json/print-json.ts'
import { type Kinds, readStack, walk } from '../model/stack-node.ts'
import { idOf } from './fresh-ids.ts'

/**
 * Writes the ids of a running stack into the text it was opened from, wherever the text has none: an id that is only
 * given by position would become another one as soon as its node is moved.
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
