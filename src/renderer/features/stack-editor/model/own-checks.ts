import type { Problem } from '../../../../shared/procedures/stacks.ts'
import type { JsonNode, JsonPath } from '../json/json-node.ts'
import { memberOf, stringOf } from '../json/json-node.ts'
import { formatPath } from '../json/json-path.ts'
import { propertiesOf } from './schema.ts'
import { type StackNode, walk } from './stack-node.ts'

/** What is most likely a slip although the document could be opened. */
export function ownChecks(document: JsonNode | undefined, stack: StackNode | undefined): readonly Problem[] {
  return [...(document === undefined ? [] : namesGivenTwice(document, [])), ...foldersUsedTwice(stack)]
}

/** JSON lets a name be given twice, and readers take the last: what the first says is lost without a word. */
function namesGivenTwice(node: JsonNode, path: JsonPath): readonly Problem[] {
  if (node.type === 'array')
    return node.elements.flatMap((item, index) => namesGivenTwice(item, [...path, index]))
  if (node.type !== 'object') return []
  const names = node.members.map(member => member.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const here = [...twice].map(name => ({
    path: formatPath([...path, name]),
    message: 'it is given more than once; the last one counts',
  }))
  return [...here, ...node.members.flatMap(({ name, value }) => namesGivenTwice(value, [...path, name]))]
}

function foldersUsedTwice(stack: StackNode | undefined): readonly Problem[] {
  const uses = (stack === undefined ? [] : walk(stack)).flatMap(node =>
    propertiesOf(node.info)
      .filter(({ schema }) => schema['format'] === 'folder-path')
      .map(({ name }) => ({
        path: [...node.path, name],
        folder: stringOf(memberOf(node.json, name)?.value),
      })),
  )
  const byFolder = new Map<string, JsonPath>()
  const problems: Problem[] = []
  for (const { path, folder } of uses) {
    if (folder === undefined || folder === '') continue
    const name = folder.replace(/(?<=.)[/\\]+$/, '')
    const first = byFolder.get(name)
    if (first === undefined) byFolder.set(name, path)
    else problems.push({ path: formatPath(path), message: `the same folder as ${formatPath(first)}` })
  }
  return problems
}
