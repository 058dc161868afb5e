import { useState } from 'react'
import { formatExactBytes } from '../../../ui/format-bytes.ts'
import styles from './hex.module.css'
import { type Caret, parseOffset } from './hex-keys.ts'
import { asciiOf, hexOf } from './hex-text.ts'

export interface HexStatusProps {
  readonly caret: Caret
  readonly byte: number | undefined
  readonly size: number
  readonly mode: 'overwrite' | 'insert' | undefined
  readonly onGoTo: (offset: number) => void
}

/** Says where the caret is and what is there, and goes elsewhere. */
export function HexStatus({ caret, byte, size, mode, onGoTo }: HexStatusProps) {
  const [wanted, setWanted] = useState('')
  const offset = parseOffset(wanted)
  const isWrong = wanted.trim() !== '' && offset === undefined
  return (
    <div className={styles['status']}>
      <span>
        Offset 0x{caret.offset.toString(16)} ({caret.offset.toLocaleString('en-US')} of{' '}
        {formatExactBytes(size)})
      </span>
      {byte !== undefined && (
        <span>
          {hexOf(byte)} · {byte} · {asciiOf(byte)}
        </span>
      )}
      {mode !== undefined && <span>{mode === 'insert' ? 'Insert' : 'Overwrite'} (Insert key changes)</span>}
      <form
        className={styles['goTo']}
        onSubmit={event => {
          event.preventDefault()
          if (offset !== undefined) onGoTo(offset)
        }}
      >
        <input
          aria-label="Go to offset"
          aria-invalid={isWrong}
          placeholder="Go to offset: 1024 or 0x400"
          value={wanted}
          onChange={event => setWanted(event.target.value)}
        />
      </form>
    </div>
  )
}
