import { memo } from 'react'
import styles from './hex.module.css'
import { type Caret, ROW_BYTES } from './hex-keys.ts'
import { asciiText, columnOfCharacter, hexCell, hexText, offsetText } from './hex-text.ts'

export interface HexRowProps {
  /** Begins the ids of the cells. */
  readonly id: string
  readonly offset: number
  readonly digits: number
  /** The bytes as `rowText` gives them: rows compare as strings. */
  readonly text: string
  /** The caret, where it is in this row. */
  readonly column: number | undefined
  readonly pane: Caret['pane']
  readonly isHalfTyped: boolean
  /** Pixels from the window's top. */
  readonly y: number
}

/** One row of 16 bytes: offset, hex digits, and what ASCII makes of them. Cells stand apart only where the caret is. */
export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { id, offset, digits, text, column, pane, isHalfTyped, y } = props
  return (
    <div
      role="row"
      aria-rowindex={offset / ROW_BYTES + 1}
      className={styles['row']}
      data-offset={offset}
      style={{ transform: `translateY(${y}px)` }}
    >
      <span role="rowheader" className={styles['offset']}>
        {offsetText(offset, digits)}
      </span>
      <span role="gridcell" className={styles['bytes']} data-pane="hex">
        {column === undefined ? (
          hexText(text)
        ) : (
          <Cut
            text={hexText(text)}
            start={hexCell(column)}
            length={2}
            id={pane === 'hex' ? id : undefined}
            mark={pane === 'hex' ? (isHalfTyped ? 'half' : 'main') : 'other'}
          />
        )}
      </span>
      <span role="gridcell" className={styles['ascii']} data-pane="ascii">
        {column === undefined ? (
          asciiText(text)
        ) : (
          <Cut
            text={asciiText(text)}
            start={column}
            length={1}
            id={pane === 'ascii' ? id : undefined}
            mark={pane === 'ascii' ? 'main' : 'other'}
          />
        )}
      </span>
    </div>
  )
})

/** The byte that a point of a row is at, by its element and distance from the left. */
export function byteAtPoint(target: Element, x: number): { column: number; pane: Caret['pane'] } | undefined {
  const cell = target.closest<HTMLElement>('[data-pane]')
  if (cell === null) return undefined
  const { left, width } = cell.getBoundingClientRect()
  const pane = cell.dataset['pane'] === 'ascii' ? 'ascii' : 'hex'
  const characters = pane === 'ascii' ? ROW_BYTES : hexCell(ROW_BYTES)
  const at = Math.floor(((x - left) / width) * characters)
  return { pane, column: Math.min(ROW_BYTES - 1, pane === 'ascii' ? at : columnOfCharacter(at)) }
}

interface CutProps {
  readonly text: string
  readonly start: number
  readonly length: number
  readonly id: string | undefined
  readonly mark: 'main' | 'half' | 'other'
}

function Cut({ text, start, length, id, mark }: CutProps) {
  return (
    <>
      {text.slice(0, start)}
      <span id={id} data-caret={mark}>
        {text.slice(start, start + length).padEnd(length)}
      </span>
      {text.slice(start + length)}
    </>
  )
}
