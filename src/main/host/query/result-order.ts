/** What rows are sorted by, in a form that can be sent to a thread. */
export type SortedRows =
  | { readonly by: 'number'; readonly values: Float64Array; readonly descending: boolean }
  | {
      readonly by: 'bytes'
      readonly bytes: Uint8Array
      readonly starts: Uint32Array
      readonly ends: Uint32Array
      readonly descending: boolean
    }

/** The numbers of the rows in sorted order. The sort is stable. Unknown values (`NaN`) come last. */
export function orderOf(rows: SortedRows): Uint32Array {
  const sign = rows.descending ? -1 : 1
  if (rows.by === 'number') {
    const { values } = rows
    return rowNumbers(values.length).sort((a, b) => {
      const [x, y] = [values[a] as number, values[b] as number]
      if (Number.isNaN(x) || Number.isNaN(y))
        return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
      return sign * (x - y) || a - b
    })
  }
  const { starts, ends } = rows
  const bytes = Buffer.from(rows.bytes.buffer, rows.bytes.byteOffset, rows.bytes.byteLength)
  return rowNumbers(starts.length).sort(
    (a, b) => sign * bytes.compare(bytes, starts[b], ends[b], starts[a], ends[a]) || a - b,
  )
}

function rowNumbers(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index)
}
