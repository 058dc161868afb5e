/** The values in their order, in groups of at most `most`: a server takes so many in one request. */
export function inGroups<T>(values: readonly T[], max: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / max) }, (_, index) =>
    values.slice(index * max, (index + 1) * max),
  )
}
