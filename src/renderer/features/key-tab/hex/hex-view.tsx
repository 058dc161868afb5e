import { type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useState } from 'react'
import { formatExactBytes } from '../../../ui/format.ts'
import { useRowWindow } from '../../../ui/row-window.ts'
import { isMacPlatform } from '../../../ui/shortcut.tsx'
import styles from './hex.module.css'
import { type Caret, clampOffset, type Extent, moveCaret, parseOffset, ROW_BYTES } from './hex-keys.ts'
import {
  asciiOf,
  asciiText,
  columnOfCharacter,
  type HexSource,
  hexCell,
  hexOf,
  hexText,
  offsetDigits,
  offsetText,
  rowCount,
  rowText,
} from './hex-text.ts'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

interface HexViewProps {
  readonly source: HexSource
  /** Changes whenever bytes of `source` do. */
  readonly version: number
  /** Handles a key that edits. @returns Where the caret is then, or `undefined` when the key does nothing. */
  readonly onEditKey?: ((event: KeyboardEvent, caret: Caret) => Caret | undefined) | undefined
  /** Told which bytes are seen; `end` is exclusive. */
  readonly onWindow?: ((start: number, end: number) => void) | undefined
  readonly mode?: 'overwrite' | 'insert' | undefined
}

/** Bytes in rows of 16, any number of them, with a caret that the keyboard moves. */
export function HexView({ source, version, onEditKey, onWindow, mode }: HexViewProps) {
  const id = useId()
  const [given, setCaret] = useState<Caret>({ offset: 0, pane: 'hex', isHalfTyped: false })
  const { size } = source
  const canAppend = onEditKey !== undefined
  const { attach, height, first, end, pageRows, top, reveal } = useRowWindow(
    rowCount(size, canAppend),
    ROW_HEIGHT,
  )
  // Elements are reused for rows that scroll into view: only their text changes.
  const slots = pageRows + 3
  const extent: Extent = { size, pageRows, canAppend }
  const caret = { ...given, offset: clampOffset(given.offset, extent) }
  const caretRow = Math.floor(caret.offset / ROW_BYTES)
  const isCaretDrawn = caretRow >= first && caretRow < end

  useEffect(() => {
    onWindow?.(first * ROW_BYTES, end * ROW_BYTES)
  }, [onWindow, first, end, version])

  const moveTo = (next: Caret) => {
    setCaret(next)
    reveal(Math.floor(next.offset / ROW_BYTES))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const next = handleKey(event, caret, extent, onEditKey)
    if (next === undefined) return
    event.preventDefault()
    moveTo(next)
  }

  const onMouseDown = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return
    const row = event.target.closest<HTMLElement>('[data-offset]')
    const hit = byteAtPoint(event.target, event.clientX)
    if (row === null || hit === undefined) return
    const offset = clampOffset(Number(row.dataset['offset']) + hit.column, extent)
    moveTo({ offset, pane: hit.pane, isHalfTyped: false })
  }

  return (
    <div className={styles['view']}>
      <div
        ref={attach}
        role="grid"
        aria-label="Value"
        aria-rowcount={rowCount(size, canAppend)}
        aria-colcount={3}
        aria-readonly={!canAppend}
        aria-activedescendant={isCaretDrawn ? id : undefined}
        tabIndex={0}
        className={styles['scroller']}
        onKeyDown={onKeyDown}
        onMouseDown={onMouseDown}
      >
        <div className={styles['sizer']} style={{ height: height }} role="presentation">
          <div className={styles['layer']} role="presentation">
            {Array.from({ length: end - first }, (_, index) => {
              const row = first + index
              const isHere = row === caretRow
              return (
                <HexRow
                  key={row % slots}
                  id={id}
                  offset={row * ROW_BYTES}
                  digits={offsetDigits(size)}
                  text={rowText(source, row * ROW_BYTES)}
                  column={isHere ? caret.offset % ROW_BYTES : undefined}
                  pane={isHere ? caret.pane : 'hex'}
                  isHalfTyped={isHere && caret.isHalfTyped}
                  y={row * ROW_HEIGHT - top}
                />
              )
            })}
          </div>
        </div>
      </div>
      <HexStatus
        caret={caret}
        byte={source.byteAt(caret.offset)}
        size={size}
        mode={mode}
        onGoTo={offset => moveTo({ ...caret, offset: clampOffset(offset, extent), isHalfTyped: false })}
      />
    </div>
  )
}

function handleKey(
  event: KeyboardEvent,
  caret: Caret,
  extent: Extent,
  onEditKey: HexViewProps['onEditKey'],
): Caret | undefined {
  const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
  if (event.altKey) return undefined
  // Tab visits both panes and then leaves, so that there is no keyboard trap.
  if (event.key === 'Tab' && caret.pane === (event.shiftKey ? 'ascii' : 'hex')) {
    return { ...caret, pane: event.shiftKey ? 'hex' : 'ascii', isHalfTyped: false }
  }
  return moveCaret(caret, { key: event.key, isCommand }, extent) ?? onEditKey?.(event, caret)
}

interface HexRowProps {
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

/** One row of 16 bytes: offset, hex digits and ASCII. Only the byte at the caret has its own element. */
const HexRow = memo(function HexRow(props: HexRowProps) {
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
function byteAtPoint(target: Element, x: number): { column: number; pane: Caret['pane'] } | undefined {
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

interface HexStatusProps {
  readonly caret: Caret
  readonly byte: number | undefined
  readonly size: number
  readonly mode: 'overwrite' | 'insert' | undefined
  readonly onGoTo: (offset: number) => void
}

/** Shows the caret's offset and byte, and has a field to go to another offset. */
function HexStatus({ caret, byte, size, mode, onGoTo }: HexStatusProps) {
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
