import { Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Key } from '../../../core/key.ts'
import type { StatValue } from '../../../shared/values.ts'
import { affectsKey, CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { IconButton } from '../../ui/button.tsx'
import { formatBytes, formatExactBytes, formatTime } from '../../ui/format.ts'
import { EmptyState, PanelHeader } from '../../ui/panels.tsx'
import styles from './inspector.module.css'

interface InspectorProps {
  readonly client: Client
  /** The selected key, if any. */
  readonly subject: { readonly session: string; readonly key: string } | undefined
  readonly onCopy: (text: string, what: string) => void
}

/** Everything known about one key without reading its value. */
export function Inspector({ client, subject, onCopy }: InspectorProps) {
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
        <KeyDetails client={client} session={subject.session} keyText={subject.key} />
      )}
    </>
  )
}

interface KeyDetailsProps {
  readonly client: Client
  readonly session: string
  readonly keyText: string
}

function KeyDetails({ client, session, keyText }: KeyDetailsProps) {
  const value = useKeyStat(client, session, keyText)
  return (
    <div className={styles['details']}>
      <Facts title="Key" facts={keyFacts(keyText)} />
      {value?.type === 'stat' && <Facts title="Value" facts={valueFacts(value.stat)} />}
      {value?.type === 'absent' && <p className={styles['note']}>No value at this key itself.</p>}
      {value?.type === 'failed' && (
        <p role="alert" className={styles['failed']}>
          {value.message}
        </p>
      )}
    </div>
  )
}

interface Fact {
  readonly name: string
  readonly value: string
  /** A second line: the same, more exactly. */
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
              {value}
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
export function valueFacts({ size, mtime, btime, atime, etag, expires }: StatValue): readonly Fact[] {
  const human = formatBytes(size)
  const exact = formatExactBytes(size)
  return [
    { name: 'Size', value: human, ...(exact !== human && { detail: exact }) },
    ...timeFact('Modified', mtime),
    ...timeFact('Created', btime),
    ...timeFact('Accessed', atime),
    ...timeFact('Expires', expires),
    { name: 'ETag', value: etag, isCode: true },
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

/** The stat of a key's value, updated whenever it is put or deleted. `undefined` until the first reply. */
function useKeyStat(client: Client, session: string, key: string): KeyStat | undefined {
  const [known, setKnown] = useState<Known>()
  useEffect(() => {
    let aborter = new AbortController()
    const load = (): void => {
      aborter.abort()
      aborter = new AbortController()
      const { signal } = aborter
      const settle = (value: KeyStat): void => {
        if (!signal.aborted) setKnown({ session, key, value })
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
      aborter.abort()
    }
  }, [client, session, key])
  return known?.session === session && known.key === key ? known.value : undefined
}

function failedStat(error: unknown): KeyStat {
  if (error instanceof CallError && error.code === 'NOT_FOUND') return { type: 'absent' }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
