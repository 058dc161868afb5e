import type { KeyResidency, PlaceOfKey } from '../../../shared/procedures/residency.ts'
import { formatAgo, formatBytes } from '../../ui/text/format.ts'

/** One place of a key, in words. */
export interface PlaceView {
  readonly node: string
  readonly label: string
  readonly kind: string
  /** Its size, if it has a value that can be shown. */
  readonly size: string | undefined
  readonly detail: string
  /** When it was written, if that is known. */
  readonly age: string | undefined
  /** The key in the node, if it differs. */
  readonly ownKey: string | undefined
  readonly state: 'here' | 'differs' | 'none' | 'failed'
}

interface NamedNode {
  readonly id: string
  readonly kind: string
  readonly label: string
}

export function placeViews(
  { key, places }: KeyResidency,
  nodes: readonly NamedNode[],
  now: number,
): readonly PlaceView[] {
  // What an edit is based on: a pending write, otherwise a place that is not a copy. Other places are compared with that.
  const known = places.filter(({ content }) => content !== undefined)
  const served = (
    known.find(({ state }) => state === 'unflushed') ??
    known.find(({ isCopy }) => !isCopy) ??
    known[0]
  )?.content
  const sizes = new Set(places.flatMap(({ stat }) => (stat === undefined ? [] : [stat.size])))
  return places.map(place => {
    const node = nodes.find(({ id }) => id === place.node)
    const { stat, content } = place
    const isOther =
      content === undefined
        ? stat !== undefined && served === undefined && sizes.size > 1
        : content !== served
    return {
      node: place.node,
      label: node?.label ?? place.node,
      kind: node?.kind ?? '',
      size: stat === undefined ? undefined : formatBytes(stat.size),
      detail: detailOf(place, isOther, now),
      age: stat?.mtime === undefined ? undefined : formatAgo(stat.mtime, now),
      ownKey: place.key === key ? undefined : place.key,
      state: stateOf(place, isOther),
    }
  })
}

function stateOf({ state, problem }: PlaceOfKey, isOther: boolean): PlaceView['state'] {
  if (state === 'failed' || problem !== undefined) return 'failed'
  if (state === 'present' || state === 'unflushed') return isOther ? 'differs' : 'here'
  return 'none'
}

function detailOf(
  { state, stat, isCopy, problem, valueSize }: PlaceOfKey,
  isOther: boolean,
  now: number,
): string {
  if (problem !== undefined) return problem
  if (state === 'unknown') return 'this store does not report where its values are'
  if (state === 'unflushed-delete') return 'a delete waits to reach the stores below'
  if (state === 'absent') return isCopy ? 'no copy' : 'no value'
  const unpacked =
    valueSize === undefined || valueSize === stat?.size ? undefined : `${formatBytes(valueSize)} unpacked`
  const written = stat?.mtime === undefined ? undefined : `written ${formatAgo(stat.mtime, now)}`
  const parts = [
    isOther ? 'another value' : undefined,
    state === 'unflushed' ? 'waits to reach the stores below' : isCopy ? 'copy' : undefined,
    unpacked,
    written,
  ]
  return parts.filter(part => part !== undefined).join(' · ')
}

/** What the places have in common, for a badge; `undefined` where there is nothing to compare. */
export function agreementText({ agreement, places }: KeyResidency): string | undefined {
  if (agreement === 'same') return 'same value'
  if (agreement === 'unknown') return 'not compared'
  if (agreement === 'single') return undefined
  return places.some(({ state }) => state === 'unflushed') ? 'not flushed yet' : 'copies differ'
}
