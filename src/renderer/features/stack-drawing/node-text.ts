import type { NodeCount, ReadStep } from '../../../shared/procedures/residency.ts'
import { formatMilliseconds } from '../../ui/read-path.tsx'
import { formatBytes, formatCount, formatCountOf } from '../../ui/text/format.ts'
import type { Mark } from './highlighted-path.ts'

/** The text of a step next to its node. */
export function markText({ outcome, duration }: ReadStep): string {
  const time = duration === undefined ? '' : `, ${formatMilliseconds(duration)}`
  if (outcome === 'hit') return `found${time}`
  if (outcome === 'miss') return 'not here'
  if (outcome === 'passed') return 'passed by'
  if (outcome === 'failed') return 'failed'
  return outcome === 'copied' ? 'copied up' : 'not copied'
}

const IN_NAMES: Readonly<Record<ReadStep['outcome'], string>> = {
  hit: 'found in',
  miss: 'not here',
  passed: 'passed by',
  failed: 'failed',
  copied: 'got a copy',
  'not-copied': 'got no copy',
}

/** Pixels of a character in a box, where the font is a wide one. */
const CHARACTER = 7.2

/** Pixels of a box that its icon and edges take. */
const ICON_WIDTH = 56

/** How much a node holds. */
interface CountWords {
  /** `187 keys`. */
  readonly keys: string
  /** `187 keys · 640 KiB`. */
  readonly all: string
  /** As much of it as has room in a box, never cut. */
  readonly inBox: string
}

/** @param width Pixels of the box. */
export function countWords(count: NodeCount | undefined, width: number): CountWords | undefined {
  if (count?.entries === undefined || count.accuracy === 'unknown') return undefined
  const { entries, accuracy } = count
  const keys = formatCountOf(entries, accuracy, 'key', 'keys')
  const bytes = count.bytes === undefined ? '' : ` · ${formatBytes(count.bytes)}`
  const number = formatCount(entries, accuracy)
  // Other parts of the window, which have more room, show the exact number.
  const rough = formatCount(entries, 'approximate')
  const shorter = [`${keys}${bytes}`, `${number}${bytes}`, keys, number, rough]
  const room = Math.floor((width - ICON_WIDTH) / CHARACTER)
  return { keys, all: `${keys}${bytes}`, inBox: shorter.find(({ length }) => length <= room) ?? rough }
}

/** The name of a node: "Shard B, folder, 181 keys, found in 0.4 ms". */
export function nodeName(
  label: string,
  kind: string,
  count: string | undefined,
  marks: readonly Mark[],
): string {
  const steps = marks.map(({ step: { outcome, duration } }) => {
    const words = IN_NAMES[outcome]
    return outcome === 'hit' && duration !== undefined ? `${words} ${formatMilliseconds(duration)}` : words
  })
  return [label, kind.toLowerCase(), ...(count === undefined ? [] : [count]), ...steps].join(', ')
}
