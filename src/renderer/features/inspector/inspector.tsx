import { Copy } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Key } from '../../../core/key.ts'
import type { StatValue } from '../../../shared/values.ts'
import { affectsKey, CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { IconButton } from '../../ui/button.tsx'
import { EmptyState, PanelHeader } from '../../ui/panels.tsx'
import { formatBytes, formatExactBytes, formatTime, formatTimeLeft } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './inspector.module.css'

interface InspectorProps {
  readonly client: Client
  /** The selected key, if any. */
  readonly subject: { readonly session: string; readonly key: string } | undefined
  /** Whether an edit keeps the time to live of a value in this session. */
  readonly keepsExpiry: boolean
  /** Where the key lives. `isFailing`: the key cannot be read, and the failure is already shown. */
  readonly places?: ((key: string, isFailing: boolean) => ReactNode) | undefined
  /** Where else the window shows the failure to read the key. The inspector then does not repeat its message. */
  readonly shownElsewhere?: 'in its tab' | 'server lost' | undefined
  readonly onCopy: (text: string, what: string) => void
}

/** Everything known about one key without reading its value. */
export function Inspector({ client, subject, keepsExpiry, places, shownElsewhere, onCopy }: InspectorProps) {
  return (
    <>
      <PanelHeader title="Inspector">
        {subject !== undefined && (
          <IconButton label="Copy key" icon={Copy} onPress={() => onCopy(subject.key, 'the key')} />
        )}
      </PanelHeader>
      {subject === undefined ? (
        <EmptyState
          title="No key chosen"
          detail="Choose a key in the tree to see its size, times and etag."
        />
      ) : (
        <KeyDetails
          client={client}
          session={subject.session}
          keyText={subject.key}
          keepsExpiry={keepsExpiry}
          places={places}
          shownElsewhere={shownElsewhere}
        />
      )}
    </>
  )
}

interface KeyDetailsProps extends Pick<InspectorProps, 'places' | 'shownElsewhere'> {
  readonly client: Client
  readonly session: string
  readonly keyText: string
  readonly keepsExpiry: boolean
}

function KeyDetails({ client, session, keyText, keepsExpiry, places, shownElsewhere }: KeyDetailsProps) {
  const value = useKeyStat(client, session, keyText)
  const now = useNow(value?.type === 'stat' && value.stat.expires !== undefined ? 1000 : 'never')
  return (
    <div className={styles['details']}>
      <Facts title="Key" facts={keyFacts(keyText)} />
      {value?.type === 'stat' && (
        <Facts
          title="Value"
          facts={[...valueFacts(value.stat), ...expiryFact(value.stat, now, keepsExpiry)]}
        />
      )}
      {value?.type === 'failed' && <Failure message={value.message} shownElsewhere={shownElsewhere} />}
      {places?.(keyText, value?.type === 'failed')}
      {value?.type === 'absent' && <p className={styles['note']}>No value at this key itself.</p>}
    </div>
  )
}

/** Why nothing is known about a value. The window shows the reason once: in the tab of the key, if it is open. */
function Failure({
  message,
  shownElsewhere,
}: { readonly message: string } & Pick<InspectorProps, 'shownElsewhere'>) {
  if (shownElsewhere === undefined) {
    return (
      <p role="alert" className={styles['failed']}>
        {message}
      </p>
    )
  }
  return (
    <p className={styles['note']} title={message}>
      {shownElsewhere === 'server lost'
        ? 'Not known until the server is back.'
        : 'Size and times could not be read.'}
    </p>
  )
}

interface Fact {
  readonly name: string
  readonly value: string
  /** A second line with a more precise value. */
  readonly detail?: string
  readonly isCode?: boolean
}

function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <div className={styles['section']}>
      <h3 className={styles['title']}>{title}</h3>
      <dl className={styles['facts']}>
        {facts.map(({ name, value, detail, isCode = false }) => (
          <div key={name} className={styles['fact']}>
            <dt className={styles['name']}>{name}</dt>
            <dd className={isCode ? styles['code'] : styles['value']}>
              <VisibleText text={value} />
              {detail !== undefined && <span className={styles['detail']}>{detail}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Facts derived from the key itself. */
export function keyFacts(text: string): readonly Fact[] {
  const key = Key.parse(text)
  const { type, name } = key
  return [
    { name: 'Key', value: text, isCode: true },
    ...(type === '' ? [] : [{ name: 'Type', value: type, isCode: true }]),
    ...(name === '' ? [] : [{ name: 'Name', value: name, isCode: true }]),
    { name: 'Path', value: key.path.toString(), isCode: true },
    { name: 'Depth', value: String(key.depth) },
  ]
}

/** Facts about the value that the store provides. */
export function valueFacts({ size, mtime, btime, atime, etag }: StatValue): readonly Fact[] {
  const human = formatBytes(size)
  const exact = formatExactBytes(size)
  return [
    { name: 'Size', value: human, ...(exact !== human && { detail: exact }) },
    ...timeFact('Modified', mtime),
    ...timeFact('Created', btime),
    ...timeFact('Accessed', atime),
    { name: 'ETag', value: etag, isCode: true },
  ]
}

/**
 * When the value expires, and whether an edit keeps that.
 * @param now Milliseconds since 1970.
 */
export function expiryFact(
  { expires, expiresHere = false }: Pick<StatValue, 'expires' | 'expiresHere'>,
  now: number,
  keepsExpiry: boolean,
): readonly Fact[] {
  if (expires === undefined) return []
  const permanent = 'A put makes it permanent: this stack does not support a time to live'
  const kept = keepsExpiry ? 'A put keeps this time' : permanent
  const effect = expiresHere ? 'The store limits the age of its values: a put begins a new age' : kept
  return [
    {
      name: 'Expires',
      value: `in ${formatTimeLeft(expires - now)}`,
      detail: `${formatTime(expires)}. ${effect}.`,
    },
  ]
}

function timeFact(name: string, time: number | undefined): readonly Fact[] {
  return time === undefined ? [] : [{ name, value: formatTime(time) }]
}

type KeyStat =
  | { readonly type: 'stat'; readonly stat: StatValue }
  /** The key holds no value. */
  | { readonly type: 'absent' }
  | { readonly type: 'failed'; readonly message: string }

interface Known {
  readonly session: string
  readonly key: string
  readonly value: KeyStat
}

/** Milliseconds before a value that may have expired is read again, because the host's clock may differ. */
const LOOK_AGAIN = { least: 1000, most: 60 * 60_000 }

/** The stat of a key's value, updated whenever it is put or deleted. `undefined` until the first reply. */
function useKeyStat(client: Client, session: string, key: string): KeyStat | undefined {
  const [known, setKnown] = useState<Known>()
  useEffect(() => {
    let aborter = new AbortController()
    let expiry: ReturnType<typeof setTimeout> | undefined
    const load = (): void => {
      clearTimeout(expiry)
      aborter.abort()
      aborter = new AbortController()
      const { signal } = aborter
      const settle = (value: KeyStat): void => {
        if (signal.aborted) return
        setKnown({ session, key, value })
        if (value.type !== 'stat' || value.stat.expires === undefined) return
        const left = value.stat.expires - Date.now()
        expiry = setTimeout(load, Math.min(Math.max(left, LOOK_AGAIN.least), LOOK_AGAIN.most))
      }
      client.call('store.stat', { session, key }, { signal }).then(
        stat => settle({ type: 'stat', stat }),
        (error: unknown) => {
          if (!isAbortedCall(error)) settle(failedStat(error))
        },
      )
    }
    load()
    const end = client.on('valueChanged', change => {
      if (change.session === session && affectsKey(change, key)) load()
    })
    return () => {
      end()
      clearTimeout(expiry)
      aborter.abort()
    }
  }, [client, session, key])
  return known?.session === session && known.key === key ? known.value : undefined
}

function failedStat(error: unknown): KeyStat {
  if (error instanceof CallError && error.code === 'NOT_FOUND') return { type: 'absent' }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
