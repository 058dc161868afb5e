/** The values in their order, in groups of at most `most`: a server takes so many in one request. */
export function inGroups<T>(values: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / most) }, (_, index) =>
    values.slice(index * most, (index + 1) * most),
  )
}
