import { type KeyboardEvent, type MouseEvent, useEffect, useId, useState } from 'react'
import { isMacPlatform } from '../../../ui/platform.ts'
import { useRowWindow } from '../../../ui/use-row-window.ts'
import styles from './hex.module.css'
import { type Caret, clampOffset, type Extent, moveCaret, ROW_BYTES } from './hex-keys.ts'
import { byteAtPoint, HexRow } from './hex-row.tsx'
import type { HexSource } from './hex-source.ts'
import { HexStatus } from './hex-status.tsx'
import { offsetDigits, rowCount, rowText } from './hex-text.ts'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

export interface HexViewProps {
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
  // Rows that come take the elements of rows that went: only their text changes.
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
  // Tab goes through both panes and then on, so that the keyboard is never caught.
  if (event.key === 'Tab' && caret.pane === (event.shiftKey ? 'ascii' : 'hex')) {
    return { ...caret, pane: event.shiftKey ? 'hex' : 'ascii', isHalfTyped: false }
  }
  return moveCaret(caret, { key: event.key, isCommand }, extent) ?? onEditKey?.(event, caret)
}
