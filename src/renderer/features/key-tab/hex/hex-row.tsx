import { memo } from 'react'
import styles from './hex.module.css'
import type { Caret } from './hex-keys.ts'
import { asciiOf, hexOf, offsetText } from './hex-text.ts'

/** Stands in a row's text for a byte that has not come. */
export const UNKNOWN_BYTE = '\u0100'

/** Stands in a row's text for the place after the last byte. */
export const END_OF_BYTES = '\u0101'

export interface HexRowProps {
  readonly id: string
  readonly offset: number
  readonly digits: number
  /** One UTF-16 code unit for each byte: rows compare as strings. */
  readonly text: string
  /** The caret, where it is in this row. */
  readonly column: number | undefined
  readonly pane: Caret['pane']
  readonly isHalfTyped: boolean
  /** Pixels from the window's top. */
  readonly y: number
}

/** One row of 16 bytes: offset, hex digits, and what ASCII makes of them. */
export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { id, offset, digits, text, column, pane, isHalfTyped, y } = props
  const cells = text.split('')
  return (
    <div
      role="row"
      aria-rowindex={offset / 16 + 1}
      className={styles['row']}
      style={{ transform: `translateY(${y}px)` }}
    >
      <span role="rowheader" className={styles['offset']}>
        {offsetText(offset, digits)}
      </span>
      <span className={styles['bytes']} role="presentation">
        {cells.map((cell, index) => {
          const isCaret = index === column
          return (
            <span
              key={index}
              id={`${id}-${offset + index}`}
              role="gridcell"
              data-offset={offset + index}
              data-pane="hex"
              data-caret={isCaret ? (pane === 'hex' ? (isHalfTyped ? 'half' : 'main') : 'other') : undefined}
              data-zero={cell === '\0' ? '' : undefined}
            >
              {cell === END_OF_BYTES ? '  ' : hexOf(byteOf(cell))}
            </span>
          )
        })}
      </span>
      <span role="gridcell" className={styles['ascii']}>
        {cells.map((cell, index) => (
          <span
            key={index}
            data-offset={offset + index}
            data-pane="ascii"
            data-caret={index === column ? (pane === 'ascii' ? 'main' : 'other') : undefined}
          >
            {cell === END_OF_BYTES ? ' ' : asciiOf(byteOf(cell))}
          </span>
        ))}
      </span>
    </div>
  )
})

function byteOf(cell: string): number | undefined {
  return cell === UNKNOWN_BYTE ? undefined : cell.charCodeAt(0)
}
