import { useEffect, useState } from 'react'
import { Key } from '../../../core/key.ts'
import { bytesToHex } from '../../../core/values/byte-text.ts'
import type { Output } from '../../../shared/contract.ts'
import type { Client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { formatBytes, formatExactBytes, formatTime } from '../../ui/text/format.ts'
import type { PlaceView } from './places.ts'
import styles from './where-it-lives.module.css'

/** Characters that are shown of a value, and bytes of one that is not text. */
const SHOWN = { characters: 65_536, bytes: 2048 }

/** Shows the bytes that a place has as an edit of the open value, to compare them with it or to put them. */
export type TakeValue = (bytes: Uint8Array, how: 'compare' | 'put') => void

export interface ValueAtPlaceProps {
  readonly client: Client
  readonly session: string
  readonly keyText: string
  readonly place: PlaceView
  readonly onTake?: TakeValue | undefined
  readonly onClose: () => void
}

/** Shows the value that one place has. */
export function ValueAtPlace({ client, session, keyText, place, onTake, onClose }: ValueAtPlaceProps) {
  const value = useValue(client, session, keyText, place.node)
  const bytes = value?.bytes
  const take: TakeValue = (taken, how) => {
    onClose()
    onTake?.(taken, how)
  }
  return (
    <Dialog title={`Value in ${place.label}`} width="medium" onClose={onClose}>
      {value === undefined && <p role="status">Reading…</p>}
      {value?.failure !== undefined && <p role="alert">{value.failure}</p>}
      {value?.text !== undefined && (
        <>
          <p className={styles['facts']}>
            {value.facts}
            {place.detail !== '' && ` · ${place.detail}`}
          </p>
          {/* It scrolls, so it must be focusable. */}
          <pre tabIndex={0} aria-label={`Value in ${place.label}`} className={styles['value']}>
            {value.text}
          </pre>
        </>
      )}
      <DialogButtons>
        {place.state === 'differs' && onTake !== undefined && bytes !== undefined && (
          <>
            <Button onPress={() => take(bytes, 'put')}>Take this value</Button>
            <Button onPress={() => take(bytes, 'compare')}>Compare</Button>
          </>
        )}
        <Button variant="primary" onPress={onClose}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

interface Shown {
  readonly bytes?: Uint8Array
  readonly text?: string
  readonly facts?: string
  readonly failure?: string
}

function useValue(client: Client, session: string, key: string, node: string): Shown | undefined {
  const [shown, setShown] = useState<Shown>()
  useEffect(() => {
    const aborter = new AbortController()
    const { signal } = aborter
    const load = async (): Promise<Shown> => {
      const found = await client.call('residency.value', { session, node, key }, { signal })
      const name = Key.parse(key).lastSegment
      const decoded = await client.call('values.decode', { bytes: found.bytes, name, choice: [] }, { signal })
      return { bytes: found.bytes, text: textOf(decoded), facts: factsOf(found, decoded.pipeline) }
    }
    load().then(
      value => {
        if (!signal.aborted) setShown(value)
      },
      (error: unknown) => {
        if (!signal.aborted) setShown({ failure: error instanceof Error ? error.message : String(error) })
      },
    )
    return () => aborter.abort()
  }, [client, session, key, node])
  return shown
}

function factsOf({ bytes, stat }: Output<'residency.value'>, pipeline: readonly string[]): string {
  const stored = bytes.length === stat.size ? [] : [`${formatBytes(stat.size)} stored`]
  const changed = stat.mtime === undefined ? [] : [formatTime(stat.mtime)]
  return [formatExactBytes(bytes.length), ...stored, ...changed, pipeline.join(' → ')].join(' · ')
}

function textOf({ shown, pipeline }: Output<'values.decode'>): string {
  const last = pipeline.at(-1)
  if (last === 'bytes' || last === 'image') {
    const digits = bytesToHex(shown.subarray(0, SHOWN.bytes)).replace(/(..)/g, '$1 ').trimEnd()
    return shown.length > SHOWN.bytes ? `${digits} …` : digits
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(shown)
  return text.length > SHOWN.characters ? `${text.slice(0, SHOWN.characters)}…` : text
}
