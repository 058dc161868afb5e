import type { ReadStep } from '../../../shared/procedures/residency.ts'
import { formatMilliseconds } from '../../ui/read-way.tsx'
import type { Mark } from './lit-path.ts'

/** What a step says beside its node. */
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
