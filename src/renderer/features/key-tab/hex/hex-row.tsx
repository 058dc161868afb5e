import { memo } from 'react'
import styles from './hex.module.css'
import { type Caret, ROW_BYTES } from './hex-keys.ts'
import type { ByteRange } from './hex-selection.ts'
import { asciiText, columnOfCharacter, hexCell, hexText, offsetText } from './hex-text.ts'

interface HexRowProps {
  /** The prefix of the ids of the cells. */
  readonly id: string
  readonly offset: number
  readonly digits: number
  /** The result of `rowText` for the bytes, so that rows compare as strings. */
  readonly text: string
  /** The caret's column, if it is in this row. */
  readonly column: number | undefined
  readonly pane: Caret['pane']
  readonly hasFirstDigit: boolean
  /** The first selected column and the one after the last, with a blank between. */
  readonly selected: string | undefined
  /** Pixels from the window's top. */
  readonly y: number
}

/** One row of 16 bytes: offset, hex digits and ASCII. Only the byte at the caret and selected ones have elements of their own. */
export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { id, offset, digits, text, column, pane, hasFirstDigit, selected, y } = props
  const [start, end] = selected?.split(' ').map(Number) ?? []
  const range = start === undefined || end === undefined ? undefined : { start, end }
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
        <Marked
          text={hexText(text)}
          caret={column === undefined ? undefined : cellOf(column, column + 1, 'hex')}
          selection={range === undefined ? undefined : cellOf(range.start, range.end, 'hex')}
          id={pane === 'hex' ? id : undefined}
          mark={pane === 'hex' ? (hasFirstDigit ? 'half' : 'main') : 'other'}
        />
      </span>
      <span role="gridcell" className={styles['ascii']} data-pane="ascii">
        <Marked
          text={asciiText(text)}
          caret={column === undefined ? undefined : cellOf(column, column + 1, 'ascii')}
          selection={range === undefined ? undefined : cellOf(range.start, range.end, 'ascii')}
          id={pane === 'ascii' ? id : undefined}
          mark={pane === 'ascii' ? 'main' : 'other'}
        />
      </span>
    </div>
  )
})

/** The column of a point in a row, by its element and distance from the left. */
export function byteAtPoint(target: Element, x: number): { column: number; pane: Caret['pane'] } | undefined {
  const cell = target.closest<HTMLElement>('[data-pane]')
  if (cell === null) return undefined
  const { left, width } = cell.getBoundingClientRect()
  const pane = cell.dataset['pane'] === 'ascii' ? 'ascii' : 'hex'
  const characters = pane === 'ascii' ? ROW_BYTES : hexCell(ROW_BYTES)
  const at = Math.floor(((x - left) / width) * characters)
  return { pane, column: Math.min(ROW_BYTES - 1, pane === 'ascii' ? at : columnOfCharacter(at)) }
}

/** The characters of a pane that show the columns from `start` to `end`, exclusive. */
function cellOf(start: number, end: number, pane: Caret['pane']): ByteRange {
  return pane === 'ascii' ? { start, end } : { start: hexCell(start), end: hexCell(end - 1) + 2 }
}

interface MarkedProps {
  readonly text: string
  readonly caret: ByteRange | undefined
  readonly selection: ByteRange | undefined
  readonly id: string | undefined
  readonly mark: 'main' | 'half' | 'other'
}

/** A text with the caret and the selection in elements of their own. */
function Marked({ text, caret, selection, id, mark }: MarkedProps) {
  if (caret === undefined && selection === undefined) return text
  const edges = [0, caret?.start, caret?.end, selection?.start, selection?.end, text.length]
  const cuts = [...new Set(edges.filter(edge => edge !== undefined))].toSorted((a, b) => a - b)
  const covers = (range: ByteRange | undefined, at: number) =>
    range !== undefined && at >= range.start && at < range.end
  return cuts.slice(0, -1).map((start, index) => {
    const part = text.slice(start, cuts[index + 1])
    const isSelected = covers(selection, start) ? true : undefined
    if (covers(caret, start)) {
      return (
        <span key={start} id={id} data-caret={mark} data-selected={isSelected}>
          {part}
        </span>
      )
    }
    return (
      <span key={start} data-selected={isSelected}>
        {part}
      </span>
    )
  })
}
