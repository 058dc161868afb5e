import { useEffect, useMemo, useRef, useState } from 'react'
import { MAX_HITS } from '../../../../shared/contract-constants.ts'
import type { KeySearch } from '../../../../shared/procedures/search.ts'
import type { Client } from '../../../api/client.ts'
import { type KeySearchState, useKeySearch } from '../../../api/use-key-search.ts'
import { HitTree } from './hit-tree.ts'

export interface FilterText {
  readonly kind: Exclude<KeySearch['kind'], 'fuzzy'>
  readonly text: string
}

export const NO_FILTER: FilterText = { kind: 'substring', text: '' }

/** Milliseconds between two trees while hits arrive. */
const PACE = 500

/** Milliseconds after a change of the keys before the search is repeated. */
const REPEAT_DELAY = 300

const NO_KEYS: readonly string[] = []

/**
 * The keys that match the filter, as a tree; `undefined` if the filter is empty. The search is repeated when keys
 * change.
 */
export function useHits(
  client: Client,
  session: string,
  { kind, text }: FilterText,
): { readonly tree: HitTree | undefined; readonly search: KeySearchState } {
  const changes = useChanges(client, session, text !== '')
  const wanted = useMemo<KeySearch | undefined>(
    // A repeated search needs a new object.
    () => (text === '' || changes < 0 ? undefined : { kind, text, limit: MAX_HITS }),
    [kind, text, changes],
  )
  const search = useKeySearch(client, session, wanted)
  const keys = usePaced(search.error === undefined ? search.keys : NO_KEYS, search.isRunning)
  const [shown, setShown] = useState({ keys: NO_KEYS, tree: new HitTree(NO_KEYS) })
  if (wanted !== undefined && shown.keys !== keys) setShown({ keys, tree: new HitTree(keys, shown.tree) })
  return { tree: wanted === undefined ? undefined : shown.tree, search }
}

/** The latest value, updated at most a few times a second while more are expected. */
function usePaced<T>(value: T, isRunning: boolean): T {
  const latest = useRef(value)
  const [shown, setShown] = useState(value)
  useEffect(() => {
    latest.current = value
  }, [value])
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => setShown(latest.current), PACE)
    return () => clearInterval(timer)
  }, [isRunning])
  if (!isRunning && shown !== value) setShown(value)
  return shown
}

/** Increments some time after keys of a session have changed. */
function useChanges(client: Client, session: string, isWanted: boolean): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    if (!isWanted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = client.on('valueChanged', change => {
      if (change.session !== session) return
      clearTimeout(timer)
      timer = setTimeout(() => setChanges(before => before + 1), REPEAT_DELAY)
    })
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [client, session, isWanted])
  return changes
}
