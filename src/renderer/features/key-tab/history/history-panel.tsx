import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { KeyVersion } from '../../../../shared/procedures/history.ts'
import { affectsKey, type Client } from '../../../api/client.ts'
import { Button } from '../../../ui/button.tsx'
import { Delayed } from '../../../ui/delayed.tsx'
import { formatBytes, formatTime } from '../../../ui/text/format.ts'
import { Skeleton } from '../bars.tsx'
import { Comparison } from '../editor/review-panel.tsx'
import { hexOf } from '../hex/hex-text.ts'
import { decodeText } from '../model/text-codec.ts'
import { failureOf, hasFailed, readWhole, type ValueAddress } from '../model/value-calls.ts'
import styles from './history-panel.module.css'
import { RecordedLine } from './recorded-line.tsx'

export interface HistoryPanelProps {
  readonly client: Client
  readonly address: ValueAddress
  /** Why nothing can be restored, if so. */
  readonly lock: string | undefined
  /** A version was put again; `entry` takes that back. */
  readonly onRestored: (entry: number | undefined) => void
  readonly onClose: () => void
}

const MADE_BY: Readonly<Record<KeyVersion['source'], string>> = {
  put: 'put',
  delete: 'deleted',
  rename: 'renamed',
  undo: 'undone',
  redo: 'redone',
  found: 'by others',
  store: 'in the store',
}

/** Characters of a version that are shown. */
const SHOWN_CHARACTERS = 200_000
/** The bytes of a version that is not text. */
const SHOWN_BYTES = 4096

/**
 * The versions of a key that its store keeps, and those that are on record. Each can be viewed, compared with the value as
 * it is now, and restored.
 */
export function HistoryPanel({ client, address, lock, onRestored, onClose }: HistoryPanelProps) {
  const { versions, problem: listProblem } = useVersions(client, address)
  const [chosenId, setChosen] = useState<string>()
  const chosen = versions?.find(({ id }) => id === chosenId) ?? versions?.[0]
  const [isComparing, setComparing] = useState(true)
  const shown = useShownVersion(client, address, chosen, versions)
  const [problem, setProblem] = useState<string>()
  const [isRestoring, setRestoring] = useState(false)
  const why = problem ?? shown?.problem ?? listProblem
  const isNow = shown?.isNow === true

  async function restore(): Promise<void> {
    if (chosen === undefined || shown?.bytes === undefined) return
    setProblem(undefined)
    setRestoring(true)
    try {
      const rules = shown.etag === undefined ? {} : { ifMatch: shown.etag }
      const { entry } = await client.call('history.restore', { ...address, id: chosen.id, ...rules })
      onRestored(entry)
    } catch (error) {
      setProblem(failureOf(error).message)
    } finally {
      setRestoring(false)
    }
  }

  return (
    <section aria-label="History of the key" className={styles['panel']}>
      <Versions versions={versions} chosen={chosen} onChoose={setChosen} onClose={onClose} />
      <div className={styles['version']}>
        <div className={styles['actions']}>
          <Button variant="quiet" aria-pressed={!isComparing} onPress={() => setComparing(false)}>
            View
          </Button>
          <Button variant="quiet" aria-pressed={isComparing} onPress={() => setComparing(true)}>
            Compare with now
          </Button>
          <span role="status" className={styles['status']}>
            {isRestoring && <Delayed>Restoring…</Delayed>}
            {isNow && !isRestoring && 'The value is this version'}
          </span>
          <Button
            isDisabled={lock !== undefined || shown?.bytes === undefined || isNow || isRestoring}
            onPress={() => void restore()}
          >
            Restore
          </Button>
          <Button variant="quiet" onPress={onClose}>
            Close history
          </Button>
        </div>
        {why !== undefined && (
          <p role="alert" className={styles['problem']}>
            {why}
          </p>
        )}
        <div className={styles['body']}>
          {chosen !== undefined && shown === undefined && <Skeleton />}
          {chosen !== undefined && chosen.state !== 'recorded' && <p>{stateText(chosen)}</p>}
          {shown?.bytes !== undefined &&
            (isComparing ? (
              <Comparison
                key={`${chosen?.id} ${shown.etag}`}
                before={shown.now ?? new Uint8Array()}
                after={shown.bytes}
                names={[shown.now === undefined ? 'Now: no value' : 'Now', versionName(chosen)]}
              />
            ) : (
              <pre tabIndex={0} aria-label="Version">
                {textOf(shown.bytes)}
              </pre>
            ))}
        </div>
        <RecordedLine client={client} session={address.session} versions={versions} />
      </div>
    </section>
  )
}

interface VersionsProps {
  readonly versions: readonly KeyVersion[] | undefined
  readonly chosen: KeyVersion | undefined
  readonly onChoose: (id: string) => void
  readonly onClose: () => void
}

function Versions({ versions, chosen, onChoose, onClose }: VersionsProps) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const isEmpty = versions === undefined || versions.length === 0
  useEffect(() => {
    // The keyboard comes here with the panel.
    if (!isEmpty) list.current?.focus()
  }, [isEmpty])
  if (versions === undefined) return <Reading />
  if (versions.length === 0) return <p className={styles['none']}>No change of this key is on record.</p>
  const index = versions.findIndex(one => one.id === chosen?.id)

  function press(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      onClose()
      return
    }
    const last = (versions?.length ?? 1) - 1
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    const version = versions?.[Math.min(Math.max(next, 0), last)]
    if (version !== undefined) onChoose(version.id)
  }

  return (
    <div
      ref={list}
      role="listbox"
      aria-label="History"
      tabIndex={0}
      aria-activedescendant={`${id}-${index}`}
      className={styles['list']}
      onKeyDown={press}
    >
      {groupsOf(versions).map(({ name, first, members }) => (
        <div key={name} role="group" aria-label={name}>
          {versions[0]?.source === 'store' && (
            <div role="presentation" className={styles['group']}>
              {name}
            </div>
          )}
          {members.map((version, at) => (
            <div
              key={version.id}
              id={`${id}-${first + at}`}
              role="option"
              aria-selected={first + at === index}
              className={styles['row']}
              title={titleOf(version)}
              onClick={() => onChoose(version.id)}
              onKeyDown={undefined}
            >
              <span>
                {formatTime(version.time)} · {madeBy(version)}
              </span>
              <span className={styles['size']}>{sizeText(version)}</span>
              {version.message !== undefined && <span className={styles['message']}>{version.message}</span>}
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}

function Reading() {
  return (
    <p role="status" className={styles['none']}>
      <Delayed>Reading the history…</Delayed>
    </p>
  )
}

interface Group {
  readonly name: string
  /** The position of its first member among all versions. */
  readonly first: number
  readonly members: readonly KeyVersion[]
}

/** Versions of the store come first. */
function groupsOf(versions: readonly KeyVersion[]): readonly Group[] {
  const kept = versions.filter(({ source }) => source === 'store')
  const groups = [
    { name: 'In the store', first: 0, members: kept },
    { name: 'Recorded', first: kept.length, members: versions.slice(kept.length) },
  ]
  return groups.filter(({ members }) => members.length > 0)
}

function madeBy({ source, job, label, author }: KeyVersion): string {
  if (source === 'store') return author === undefined ? (label ?? '') : `${label} by ${author}`
  return job === undefined ? MADE_BY[source] : `${MADE_BY[source]} by a job`
}

function titleOf({ job, time, message, id }: KeyVersion): string {
  const shownTime = new Date(time).toLocaleString()
  return job ?? (message === undefined ? shownTime : `${shownTime}\n${id.replace(/^store:/, '')}\n${message}`)
}

function versionName(version: KeyVersion | undefined): string {
  const { label, time = 0 } = version ?? {}
  return label === undefined ? `Version of ${formatTime(time)}` : `${label} of ${formatTime(time)}`
}

function sizeText({ state, size }: KeyVersion): string {
  if (state === 'recorded') return size === undefined ? '' : formatBytes(size)
  return state === 'absent' ? 'no value' : 'not kept'
}

function stateText({ state }: KeyVersion): string {
  return state === 'absent'
    ? 'The key had no value from here on.'
    : 'The value was too large to be recorded, so this version is not kept.'
}

function textOf(bytes: Uint8Array): string {
  const text = decodeText(bytes)?.lines.join('\n')
  if (text === undefined) return Array.from(bytes.subarray(0, SHOWN_BYTES), hexOf).join(' ')
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

/** The versions on record, read again when the key changes. */
function useVersions(client: Client, { session, key }: ValueAddress) {
  const [known, setKnown] = useState<{
    readonly versions?: readonly KeyVersion[]
    readonly problem?: string
  }>({})
  useEffect(() => {
    let aborter = new AbortController()
    const load = (): void => {
      aborter.abort()
      aborter = new AbortController()
      const { signal } = aborter
      client.call('history.versions', { session, key }, { signal }).then(
        ({ versions }) => setKnown({ versions }),
        (error: unknown) => {
          if (!signal.aborted) setKnown({ problem: failureOf(error).message })
        },
      )
    }
    load()
    const end = client.on('valueChanged', change => {
      if (change.session === session && affectsKey(change, key)) load()
    })
    return () => {
      end()
      aborter.abort()
    }
  }, [client, session, key])
  return known
}

interface ShownVersion {
  /** Absent for a version without a value on record. */
  readonly bytes?: Uint8Array
  /** The value as it is now; absent where there is none. */
  readonly now?: Uint8Array
  readonly etag?: string
  readonly isNow: boolean
  readonly problem?: string
}

/** A version and the value as it is now, read again with every new list of versions. */
function useShownVersion(
  client: Client,
  { session, key }: ValueAddress,
  chosen: KeyVersion | undefined,
  versions: readonly KeyVersion[] | undefined,
): ShownVersion | undefined {
  const [known, setKnown] = useState<{ readonly id: string; readonly shown: ShownVersion }>()
  useEffect(() => {
    if (chosen === undefined || versions === undefined) return undefined
    const aborter = new AbortController()
    const { signal } = aborter
    readBoth(client, { session, key }, chosen, signal).then(
      shown => {
        if (!signal.aborted) setKnown({ id: chosen.id, shown })
      },
      (error: unknown) => {
        const problem = failureOf(error).message
        if (!signal.aborted) setKnown({ id: chosen.id, shown: { isNow: false, problem } })
      },
    )
    return () => aborter.abort()
  }, [client, session, key, chosen, versions])
  return known?.id === chosen?.id ? known?.shown : undefined
}

async function readBoth(
  client: Client,
  at: ValueAddress,
  { id, state }: KeyVersion,
  signal: AbortSignal,
): Promise<ShownVersion> {
  if (state !== 'recorded') return { isNow: false }
  const [{ bytes }, now] = await Promise.all([
    client.call('history.version', { ...at, id }, { signal }),
    readWhole(client, at, signal, () => undefined).catch((error: unknown) => {
      if (hasFailed(error, 'NOT_FOUND')) return undefined
      throw error
    }),
  ])
  if (now?.stat === undefined) return { bytes, isNow: false }
  const isNow = now.bytes.length === bytes.length && now.bytes.every((byte, index) => byte === bytes[index])
  return { bytes, now: now.bytes, etag: now.stat.etag, isNow }
}
