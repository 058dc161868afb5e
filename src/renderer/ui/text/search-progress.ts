import type { SearchReport } from '../../../shared/procedures/search.ts'
import { formatCountOf, formatNumber } from './format.ts'

/** The progress of a search: `3 keys found · 1,200 of 1,200 keys looked at`. */
export function searchProgress(report: SearchReport): string {
  const found = formatCountOf(report.found, 'exact', 'key found', 'keys found')
  // The number of other keys is not known yet.
  if (!report.isComplete && report.searched >= report.total)
    return `${found} · ${formatCountOf(report.searched, 'exact', 'key', 'keys')} looked at so far`
  return `${found} · ${formatNumber(report.searched)} of ${knownKeys(report)} looked at`
}

/** The number of known keys: `1,200 keys`, or `≥ 400 keys` while they are being read. */
export function knownKeys({ total, isComplete }: SearchReport): string {
  return formatCountOf(total, isComplete ? 'exact' : 'lower-bound', 'key', 'keys')
}
