import { FileText, History } from 'lucide-react'
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import type { Query } from '../../../core/query/query.ts'
import type { Client } from '../../api/client.ts'
import { findKey, useKeyCompletion } from '../../api/key-completion.ts'
import { queryOfSearch } from '../../api/search-query.ts'
import { type KeySearchState, useKeySearch } from '../../api/use-key-search.ts'
import { useSizes } from '../../api/use-sizes.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { type Completion, CompletionField } from '../../ui/fields/completion-field.tsx'
import { completionOptions, emptyCompletion, type KeyRow } from '../../ui/keys/key-field.tsx'
import { formatBytes } from '../../ui/text/format.ts'
import { knownKeys, searchProgress } from '../../ui/text/search-progress.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './go-to-key.module.css'
import { matchPlaces } from './match-places.ts'
import { candidateKeys, modeOf, type TypedMode } from './typed-key.ts'

export interface GoToKeyProps {
  readonly client: Client
  readonly session: string
  readonly canWrite: boolean
  /** Recently opened keys, the last one first. */
  readonly recent: readonly string[]
  readonly onOpen: (key: string, as: 'key' | 'branch', options: { readonly isPreview: boolean }) => void
  readonly onNewKey: (key: string) => void
  readonly onQuery: (query: Query) => void
  /** Called when `>` was typed. */
  readonly onCommands: () => void
  readonly onClose: () => void
}

/** The maximum number of offered names of a level. */
const LIMIT = 100

/** The number of visible rows. */
const MAX_ROWS = 12

/** The maximum number of offered hits of a search. */
const MAX_HITS = 50

interface KeyChoice extends Completion {
  readonly key: string
  /** What exists at the key in its level; absent for a hit of a search, which is a value. */
  readonly row?: KeyRow
}

/**
 * Opens a key by some of its letters, by its path, or from the recently opened ones. A path is completed level by
 * level; `>` opens the commands.
 */
export function GoToKey(props: GoToKeyProps) {
  const { client, session, canWrite, recent, onOpen, onNewKey, onQuery, onCommands, onClose } = props
  const [text, setText] = useState('')
  const [noSuchKey, setNoSuchKey] = useState<string>()
  const [problem, setProblem] = useState<string>()
  /** Enter before the first hit was known: how to open it. */
  const [awaited, setAwaited] = useState<{ readonly isPreview: boolean }>()
  const mode = modeOf(text)
  const path = mode === 'path' ? text.trimStart() : undefined
  const { completion, error } = useKeyCompletion(client, session, path, LIMIT)
  // An empty search makes the host read the keys before the user has typed.
  const typed = mode === 'path' ? undefined : text.trim()
  const wanted = useMemo(
    () => (typed === undefined ? undefined : ({ kind: 'fuzzy', text: typed, limit: MAX_HITS } as const)),
    [typed],
  )
  const search = useKeySearch(client, session, wanted)
  const hits = mode === 'search' ? search.keys : mode === 'recent' ? recent : []
  const sizes = useSizes(client, session, hits.slice(0, MAX_ROWS))
  const choices: readonly KeyChoice[] = {
    recent: () => recent.map(key => choiceOf(key, '', true, sizes)),
    search: () => searchChoices(search.keys, recent, text, sizes),
    path: () => (completion === undefined ? [] : completionOptions(completion)),
  }[mode]()

  function change(next: string): void {
    if (next.startsWith('>')) {
      onClose()
      onCommands()
      return
    }
    setText(next)
    setNoSuchKey(undefined)
    setProblem(undefined)
    setAwaited(undefined)
  }

  function open(key: string, as: 'key' | 'branch', isPreview: boolean): void {
    onClose()
    onOpen(key, as, { isPreview })
  }

  const first = awaited === undefined || search.isOld ? undefined : choices[0]?.key
  const openFirst = useEffectEvent((key: string) => open(key, 'key', awaited?.isPreview ?? true))
  useEffect(() => {
    if (first !== undefined) openFirst(first)
  }, [first])
  const isNone =
    awaited !== undefined && first === undefined && !search.isRunning && search.error === undefined
  const missing = isNone ? text.trim() : noSuchKey

  async function submit(isPreview: boolean): Promise<void> {
    if (mode === 'search') {
      setAwaited({ isPreview })
      return
    }
    try {
      for (const candidate of candidateKeys(text)) {
        const { key, isValue, isBranch } = await findKey(client, session, candidate)
        const isLevelRequested = candidate.endsWith('/') && isBranch
        if (isValue && !isLevelRequested) {
          open(key, 'key', isPreview)
          return
        }
        if (isBranch) {
          open(key, 'branch', isPreview)
          return
        }
      }
      setNoSuchKey(text.trim())
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure))
    }
  }

  const searchError = mode === 'path' ? error : search.error
  return (
    <Dialog title="Go to key" onClose={onClose} place="top" width="medium" isTitleHidden>
      <CompletionField
        label="Key"
        listLabel="Keys that fit"
        value={text}
        onChange={change}
        items={choices}
        onChoose={({ key, row }, { isApart }) =>
          row === undefined || row.isValue ? open(key, 'key', !isApart) : change(`${key}/`)
        }
        onComplete={({ key, row }) => {
          const isLevelNext = row?.isBranch === true && (!row.isValue || text === key)
          change(isLevelNext ? `${key}/` : key)
        }}
        onSubmit={({ isApart }) => void submit(!isApart)}
        areItemsOld={mode === 'search' && search.isOld}
        isFirstActive={mode !== 'path'}
        placeholder="Some letters of a key, /path, or > for commands"
        isLabelHidden
        isMonospace={mode === 'path'}
        autoFocus
        error={
          problem ?? searchError ?? (missing === undefined ? undefined : `There is no key "${missing}".`)
        }
        emptyText={emptyText(mode, completion, search.isRunning)}
        rows={MAX_ROWS}
      />
      <div className={styles['foot']}>
        {mode === 'path' ? (
          <p className={styles['hint']}>
            Enter opens · Tab completes · ↓ chooses
            {completion?.hasMore === true && ` · the first ${LIMIT} names are shown`}
          </p>
        ) : (
          <SearchLine search={search} isCounting={mode === 'search'} />
        )}
        {mode === 'search' && (
          <Button
            variant="quiet"
            onPress={() => {
              onClose()
              onQuery(queryOfSearch({ kind: 'fuzzy', text: text.trim() }))
            }}
          >
            Open as a query
          </Button>
        )}
        {missing !== undefined && canWrite && (
          <Button
            onPress={() => {
              onClose()
              onNewKey(missing)
            }}
          >
            New key here…
          </Button>
        )}
      </div>
    </Dialog>
  )
}

interface SearchLineProps {
  readonly search: KeySearchState
  /** Whether to show the number of hits; otherwise only the number of keys. */
  readonly isCounting: boolean
}

/** The progress of the search, and a button to stop it. */
function SearchLine({ search: { report, isRunning, stop }, isCounting }: SearchLineProps) {
  return (
    <>
      <p className={styles['hint']} role="status">
        {report !== undefined && (isCounting ? searchProgress(report) : knownKeys(report))}
        {!isRunning && report?.isLast === false && ' · stopped'}
      </p>
      {isRunning && isCounting ? (
        <Button onPress={stop}>Stop</Button>
      ) : (
        <p className={styles['keys']}>Enter opens · Ctrl+Enter in a tab of its own</p>
      )}
    </>
  )
}

/** The hits, with recently opened keys first. */
function searchChoices(
  keys: readonly string[],
  recent: readonly string[],
  text: string,
  sizes: ReadonlyMap<string, number>,
): readonly KeyChoice[] {
  const fits = (key: string) => matchPlaces(key, text).size > 0
  const lately = recent.filter(key => keys.includes(key) && fits(key))
  const others = keys.filter(key => !lately.includes(key))
  return [
    ...lately.map(key => choiceOf(key, text, true, sizes)),
    ...others.map(key => choiceOf(key, text, false, sizes)),
  ]
}

function choiceOf(
  key: string,
  text: string,
  isRecent: boolean,
  sizes: ReadonlyMap<string, number>,
): KeyChoice {
  const Icon = isRecent ? History : FileText
  const size = sizes.get(key)
  const details = [isRecent && text !== '' && 'opened lately', size !== undefined && formatBytes(size)]
  const detail = details.filter(one => one !== false).join(' · ')
  return {
    id: key,
    key,
    label: <HitLabel keyText={key} places={matchPlaces(key, text)} />,
    icon: <Icon size={14} aria-hidden />,
    ...(detail !== '' && { detail }),
  }
}

function emptyText(
  mode: TypedMode,
  completion: { readonly prefix: string; readonly name: string } | undefined,
  isRunning: boolean,
): string {
  if (mode === 'path') return completion === undefined ? '' : emptyCompletion(completion)
  if (mode === 'recent') return 'Type some letters of a key. Keys that you open are listed here.'
  return isRunning ? 'Searching…' : 'No key has these letters in this order.'
}

interface HitLabelProps {
  readonly keyText: string
  /** The indexes of the matching characters. */
  readonly places: ReadonlySet<number>
}

/** A key as its name, then its branch, with matching characters marked. */
function HitLabel({ keyText, places }: HitLabelProps) {
  const slash = keyText.lastIndexOf('/')
  return (
    <>
      <bdi className={styles['name']}>
        <VisibleText text={keyText.slice(slash + 1)} isMarked={place => places.has(slash + 1 + place)} />
      </bdi>
      {slash > 0 && (
        <bdi className={styles['branch']}>
          <VisibleText text={keyText.slice(0, slash)} isMarked={place => places.has(place)} />
        </bdi>
      )}
    </>
  )
}
