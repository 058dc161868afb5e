/**
 * The ids that the nodes of a document say themselves. Whatever has a kind counts as a node, so that no id is missed.
 * @param depth How deep to look.
 */
export function givenIds(value: unknown, depth: number, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null || depth === 0) return found
  if ('kind' in value && 'id' in value && typeof value.id === 'string') found.add(value.id)
  for (const item of Object.values(value)) givenIds(item, depth - 1, found)
  return found
}
