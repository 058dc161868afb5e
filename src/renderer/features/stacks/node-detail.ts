/**
 * What tells a node from its like: where a folder is, how shards are picked.
 * @param path Where the node stands in the document, as `root.tiers[1]`.
 */
export function nodeDetail(document: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const node = path
    .split(/[.[\]]+/)
    .filter(part => part !== '')
    .reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), document)
  if (!isRecord(node)) return undefined
  if (typeof node['path'] === 'string') return node['path']
  return typeof node['by'] === 'string' ? `picked by ${node['by']}` : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
