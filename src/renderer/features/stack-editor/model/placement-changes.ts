import type { Problem } from '../../../../shared/procedures/stacks.ts'
import { memberOf, stringOf, valueOf } from '../json/json-node.ts'
import { formatPath } from '../json/json-path.ts'
import { propertiesOf } from './schema.ts'
import { type StackNode, walk } from './stack-node.ts'

/**
 * Nodes that place keys by their options and the list of their children, and run with others than the draft gives
 * them: what they hold stays where it is, and would no longer be found.
 */
export function placementChanges(
  running: StackNode | undefined,
  draft: StackNode | undefined,
): readonly Problem[] {
  if (running === undefined || draft === undefined) return []
  const before = new Map(walk(running).map(node => [idOf(node), node]))
  return walk(draft).flatMap(node => {
    const was = before.get(idOf(node))
    const field = node.info?.childrenField
    if (was === undefined || field === undefined || node.info?.schema['x-places-keys'] !== true) return []
    if (placementOf(was) === placementOf(node)) return []
    const message =
      'keys stay in the stores that hold them now; those that belong to another one after this change are not ' +
      'found until they are moved there'
    return [{ path: formatPath([...node.path, field]), message }]
  })
}

/** All that decides where the node puts a key. */
function placementOf(node: StackNode): string {
  const options = propertiesOf(node.info).map(({ name, schema }) => {
    const value = memberOf(node.json, name)?.value
    return value === undefined ? schema['default'] : valueOf(value)
  })
  return JSON.stringify([options, node.children.map(child => idOf(child) ?? valueOf(child.json))])
}

function idOf({ json }: StackNode): string | undefined {
  return stringOf(memberOf(json, 'id')?.value)
}
