import { useEffect, useState } from 'react'
import { Key, segmentProblem } from '../../core/key.ts'
import type { Row } from '../../shared/procedures/store.ts'
import { CallError, type Client, isAbortedCall } from './client.ts'

/** A partially typed key: its level, and the beginning of a name on it. */
interface PartialKey {
  readonly prefix: string
  readonly name: string
}

interface KeyCompletion extends PartialKey {
  /** Rows of the level whose names begin with `name`, in the level's order. */
  readonly rows: readonly Row[]
  /** Whether there are more such rows. */
  readonly hasMore: boolean
}

/** `/a/b/c` → level `/a/b`, name `c`; `/a/b/` → level `/a/b`, name ``. Repeated `/` are one. */
export function splitPartialKey(text: string): PartialKey {
  const segments = text.split('/')
  const name = segments.pop() ?? ''
  return { prefix: `/${segments.filter(segment => segment !== '').join('/')}`, name }
}

/** The first `limit` names that begin with `text`. Reads one page of one level, regardless of its size. */
export async function completeKey(
  client: Client,
  session: string,
  text: string,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<KeyCompletion> {
  const { prefix, name } = splitPartialKey(text)
  const level = { session, prefix }
  const offset = name === '' ? 0 : (await client.call('levels.find', { ...level, name }, { signal })).index
  const page = await client.call('levels.rows', { ...level, offset, limit: limit + 1 }, { signal })
  const rows = page.rows.filter(row => row.name.startsWith(name))
  return { prefix, name, rows: rows.slice(0, limit), hasMore: rows.length > limit }
}

/**
 * Narrows a known completion of a shorter text to `text`, while its own completion is loading. `undefined` if the known
 * one does not cover it.
 */
export function narrowCompletion(known: KeyCompletion | undefined, text: string): KeyCompletion | undefined {
  const { prefix, name } = splitPartialKey(text)
  if (known?.prefix !== prefix || !name.startsWith(known.name)) return undefined
  if (known.name === name) return known
  // The matching names may all be among those that were not read.
  if (known.hasMore) return undefined
  return { prefix, name, rows: known.rows.filter(row => row.name.startsWith(name)), hasMore: false }
}

interface KeyFinding {
  /** The key in its canonical text. */
  readonly key: string
  readonly isValue: boolean
  readonly isBranch: boolean
}

/** Reads what exists at a key. Rejects with `KEY_INVALID` for an invalid key. */
export async function findKey(
  client: Client,
  session: string,
  text: string,
  signal?: AbortSignal,
): Promise<KeyFinding> {
  const key = Key.parse(text)
  if (key.isRoot) return { key: '/', isValue: false, isBranch: true }
  const level = { session, prefix: key.parent.toString() }
  const found = await client.call('levels.find', { ...level, name: key.lastSegment }, { signal })
  if (found.isPresent) {
    const { rows } = await client.call('levels.rows', { ...level, offset: found.index, limit: 1 }, { signal })
    const [row] = rows
    if (row?.name === key.lastSegment) {
      return { key: key.toString(), isValue: row.isValue, isBranch: row.isBranch }
    }
  }
  // The level may have been listed before the key was created.
  const { exists } = await client.call('store.has', { session, key: key.toString() }, { signal })
  return { key: key.toString(), isValue: exists, isBranch: false }
}

interface CompletionState {
  /** The names that match the text; `undefined` while they are loading. */
  readonly completion: KeyCompletion | undefined
  readonly error: string | undefined
}

/** Completes a partially typed key, if there is one. A changed text cancels the request for the previous one. */
export function useKeyCompletion(
  client: Client,
  session: string,
  text: string | undefined,
  limit: number,
): CompletionState {
  const [state, setState] = useState<CompletionState>({ completion: undefined, error: undefined })
  useEffect(() => {
    if (text === undefined) return
    const aborter = new AbortController()
    completeKey(client, session, text, { limit, signal: aborter.signal }).then(
      completion => {
        if (!aborter.signal.aborted) setState({ completion, error: undefined })
      },
      (error: unknown) => {
        if (aborter.signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setState({ completion: undefined, error: message })
      },
    )
    return () => aborter.abort()
  }, [client, session, text, limit])
  if (text === undefined) return { completion: undefined, error: undefined }
  return { completion: narrowCompletion(state.completion, text), error: state.error }
}

/** The key that a text names as a new name, or why it is invalid. */
type RenamedKey = { readonly to: string } | { readonly problem: string }

/**
 * Parses a typed new name of `key`: with a leading `/` a whole key, without one a key next to `key`.
 * @example `b.txt` for `/values/a.txt` is `/values/b.txt`; `/b.txt` is `/b.txt`
 */
export function renamedKey(key: string, text: string): RenamedKey {
  const isWhole = text.startsWith('/')
  const segments = text.split('/').slice(isWhole ? 1 : 0)
  const problem = segments.map(segmentProblem).find(found => found !== undefined)
  if (problem !== undefined) return { problem }
  return { to: (isWhole ? Key.root : Key.parse(key).parent).child(segments).toString() }
}
