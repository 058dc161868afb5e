export type Accuracy = 'exact' | 'lower-bound' | 'approximate' | 'unknown'

/** `1,234`. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** A count with its accuracy: `1,234`, `≥ 1,234`, `~ 1,234`, or `?` where nothing is known. */
export function formatCount(count: number | undefined, accuracy: Accuracy): string {
  if (count === undefined || accuracy === 'unknown') return '?'
  return `${countMark(accuracy)}${formatNumber(count)}`
}

/** `1 key`, `≥ 2 keys`. */
export function formatCountOf(
  count: number | undefined,
  accuracy: Accuracy,
  one: string,
  many: string,
): string {
  return `${formatCount(count, accuracy)} ${count === 1 ? one : many}`
}

function countMark(accuracy: Accuracy): string {
  if (accuracy === 'lower-bound') return '≥ '
  return accuracy === 'approximate' ? '~ ' : ''
}
