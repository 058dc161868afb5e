import { useState } from 'react'
import { formatExactBytes } from '../../../ui/text/format.ts'
import styles from './hex.module.css'
import { type Caret, parseOffset } from './hex-keys.ts'
import { asciiOf, hexOf } from './hex-text.ts'

interface HexStatusProps {
  readonly caret: Caret
  readonly byte: number | undefined
  readonly size: number
  readonly mode: 'overwrite' | 'insert' | undefined
  /** Bytes that are selected. */
  readonly selected: number
  readonly onGoTo: (offset: number) => void
}

/** Shows the caret's offset and byte, and has a field to go to another offset. */
export function HexStatus({ caret, byte, size, mode, selected, onGoTo }: HexStatusProps) {
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
      {selected > 0 && <span role="status">{formatExactBytes(selected)} selected</span>}
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
