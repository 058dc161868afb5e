import type { Overview, ValueKind } from '../../../shared/procedures/overview.ts'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'

export const KIND_NAMES: Readonly<Record<ValueKind, readonly [one: string, many: string]>> = {
  json: ['JSON', 'JSON'],
  text: ['text', 'texts'],
  image: ['image', 'images'],
  cbor: ['CBOR', 'CBOR'],
  msgpack: ['MessagePack', 'MessagePack'],
  packed: ['compressed', 'compressed'],
  bytes: ['bytes', 'bytes'],
  empty: ['empty', 'empty'],
  unknown: ['other', 'others'],
}

/** `253 JSON`; of a sample, its share: `68 % JSON`. */
export function kindText(kind: ValueKind, keys: number, { typed, keys: all }: Overview): string {
  const [one, many] = KIND_NAMES[kind]
  if (typed >= all) return `${formatNumber(keys)} ${keys === 1 ? one : many}`
  const share = (keys / typed) * 100
  // What is there, or is not alone, is not rounded away.
  const rounded = share > 99 && share < 100 ? '> 99' : share > 0 && share < 1 ? '< 1' : Math.round(share)
  return `${rounded} % ${many}`
}

/** `…` before the first key is counted, then `≥ 12,000`; `368`, `1,204,331`. */
export function keysText({ keys, isCounted }: Overview): string {
  if (keys === 0 && !isCounted) return '…'
  return isCounted ? formatNumber(keys) : `≥ ${formatNumber(keys)}`
}

/** `1.31 MiB`; where it is computed from some values, `about 1.3 MiB`. */
export function bytesText({ bytes, areBytesExact }: Overview): string | undefined {
  if (bytes === undefined) return undefined
  return areBytesExact ? formatBytes(bytes) : `about ${formatBytes(bytes)}`
}

/** What the figures are computed from, where that is not everything. */
export function coverageText({
  keys,
  measured,
  typed,
  areBytesExact,
  areKindsRead,
  state,
}: Overview): string | undefined {
  if (state !== 'done' || keys === 0) return undefined
  const texts: string[] = []
  if (!areBytesExact && measured > 0) texts.push(`Sizes: ${ofAll(measured, keys)} looked at`)
  if (typed > 0 && typed < keys && areKindsRead) texts.push(`Kinds: ${ofAll(typed, keys)} read`)
  else if (typed > 0 && !areKindsRead) texts.push('Kinds by the names of the keys')
  return texts.length === 0 ? undefined : `${texts.join('. ')}.`
}

/** What "Last changed" covers, where that is not everything. */
export function changedCoverage({ keys, measured, state }: Overview): string | undefined {
  if (state !== 'done' || measured >= keys) return undefined
  return `Of ${ofAll(measured, keys)} looked at, and what changed since.`
}

function ofAll(some: number, all: number): string {
  return `${formatNumber(some)} of ${formatNumber(all)} keys`
}
