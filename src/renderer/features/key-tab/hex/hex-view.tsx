import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { useRowWindow } from '../../../ui/row-window.ts'
import { isMacPlatform } from '../../../ui/shortcut.tsx'
import { failureMessage } from '../../../ui/text/failure-message.ts'
import { formatBytes, formatExactBytes } from '../../../ui/text/format.ts'
import { showToast } from '../../../ui/toasts/toasts.tsx'
import { copyText } from '../copy-value.tsx'
import { failureOf } from '../model/value-calls.ts'
import styles from './hex.module.css'
import { HexFind } from './hex-find.tsx'
import { type Caret, clampOffset, type Extent, moveCaret, ROW_BYTES } from './hex-keys.ts'
import { byteAtPoint, HexRow } from './hex-row.tsx'
import { type ByteRange, columnsIn, copyOf, selectedRange } from './hex-selection.ts'
import { HexStatus } from './hex-status.tsx'
import { type HexSource, offsetDigits, rowCount, rowText } from './hex-text.ts'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

/** The maximum number of bytes that are copied from a selection. */
const COPY_LIMIT = 8 * 1024 * 1024

interface HexViewProps {
  readonly source: HexSource
  /** Changes whenever bytes of `source` do. */
  readonly version: number
  /**
   * Handles a key that edits.
   * @returns The new caret, or `undefined` if the key does nothing.
   */
  readonly onEditKey?: ((event: KeyboardEvent, caret: Caret) => Caret | undefined) | undefined
  /** Removes the bytes of a selection; absent where that cannot be done. */
  readonly onRemove?: ((range: ByteRange) => void) | undefined
  /** Called with the visible range of bytes; `end` is exclusive. */
  readonly onWindow?: ((start: number, end: number) => void) | undefined
  readonly mode?: 'overwrite' | 'insert' | undefined
}

/** Bytes in rows of 16, any number of them, with a caret that the keyboard moves. */
export function HexView({ source, version, onEditKey, onRemove, onWindow, mode }: HexViewProps) {
  const id = useId()
  const [given, setCaret] = useState<Caret>({ offset: 0, pane: 'hex', hasFirstDigit: false })
  /** Where a selection began. */
  const [anchor, setAnchor] = useState<number>()
  const view = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
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
  const selection = selectedRange(anchor, caret, size)
  const caretRow = Math.floor(caret.offset / ROW_BYTES)
  const isCaretDrawn = caretRow >= first && caretRow < end

  useEffect(() => {
    onWindow?.(first * ROW_BYTES, end * ROW_BYTES)
  }, [onWindow, first, end, version])

  /** @param from Where the selection begins that the caret now ends; none without it. */
  const moveTo = (next: Caret, from?: number) => {
    setCaret(next)
    setAnchor(from)
    reveal(Math.floor(next.offset / ROW_BYTES))
  }

  const onSelectionKey = (event: KeyboardEvent): boolean => {
    const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
    const key = isCommand ? event.key.toLowerCase() : event.key
    if (isCommand && key === 'a') moveTo({ ...caret, offset: Math.max(0, size - 1), hasFirstDigit: false }, 0)
    else if (isCommand && key === 'c')
      void copySelection(source, selection ?? byteAt(caret, size), caret.pane)
    else if (isCommand && key === 'f') search.current?.focus()
    else if (key === 'Escape' && selection !== undefined) setAnchor(undefined)
    else if ((key === 'Delete' || key === 'Backspace') && selection !== undefined && onRemove !== undefined) {
      onRemove(selection)
      moveTo({ ...caret, offset: selection.start, hasFirstDigit: false })
    } else return false
    return true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (onSelectionKey(event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const next = handleKey(event, caret, extent, onEditKey)
    if (next === undefined) return
    event.preventDefault()
    const isExtending = event.shiftKey && MOVES.has(event.key)
    moveTo(next, isExtending ? (anchor ?? caret.offset) : undefined)
  }

  const hitOf = (event: MouseEvent): Caret | undefined => {
    if (!(event.target instanceof Element)) return undefined
    const row = event.target.closest<HTMLElement>('[data-offset]')
    const hit = byteAtPoint(event.target, event.clientX)
    if (row === null || hit === undefined) return undefined
    const offset = clampOffset(Number(row.dataset['offset']) + hit.column, extent)
    return { offset, pane: hit.pane, hasFirstDigit: false }
  }

  const onPointerDown = (event: PointerEvent) => {
    const hit = event.button === 0 ? hitOf(event) : undefined
    if (hit !== undefined) moveTo(hit, event.shiftKey ? (anchor ?? caret.offset) : undefined)
  }

  const onPointerMove = (event: PointerEvent) => {
    const hit = event.buttons === 1 ? hitOf(event) : undefined
    if (hit === undefined || hit.offset === caret.offset) return
    moveTo({ ...hit, pane: caret.pane }, anchor ?? caret.offset)
  }

  return (
    <div ref={view} className={styles['view']}>
      <HexFind
        source={source}
        offset={selection?.start ?? caret.offset}
        inputRef={search}
        onFound={(start, length) =>
          moveTo({ ...caret, offset: start + length - 1, hasFirstDigit: false }, start)
        }
        onLeave={() => view.current?.querySelector<HTMLElement>('[role="grid"]')?.focus()}
      />
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
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
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
                  hasFirstDigit={isHere && caret.hasFirstDigit}
                  selected={markOf(columnsIn(selection, row * ROW_BYTES, ROW_BYTES))}
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
        selected={selection === undefined ? 0 : selection.end - selection.start}
        onGoTo={offset => moveTo({ ...caret, offset: clampOffset(offset, extent), hasFirstDigit: false })}
      />
    </div>
  )
}

const MOVES: ReadonlySet<string> = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'PageUp',
  'PageDown',
  'Home',
  'End',
])

function byteAt({ offset }: Caret, size: number): ByteRange {
  return { start: offset, end: Math.min(size, offset + 1) }
}

async function copySelection(
  source: HexSource,
  { start, end }: ByteRange,
  pane: Caret['pane'],
): Promise<void> {
  const what = formatExactBytes(end - start)
  if (end - start > COPY_LIMIT) {
    showToast({
      tone: 'info',
      message: `Up to ${formatBytes(COPY_LIMIT)} can be copied; ${what} are selected`,
    })
    return
  }
  try {
    const bytes = await source.read(start, end, new AbortController().signal)
    await copyText(copyOf(bytes, pane), `${what} as ${pane === 'hex' ? 'hex' : 'text'}`)
  } catch (error) {
    showToast({ tone: 'error', message: failureMessage(`copy ${what}`, failureOf(error).message) })
  }
}

/** A range as one text, so that rows compare. */
function markOf(range: ByteRange | undefined): string | undefined {
  return range === undefined ? undefined : `${range.start} ${range.end}`
}

function handleKey(
  event: KeyboardEvent,
  caret: Caret,
  extent: Extent,
  onEditKey: HexViewProps['onEditKey'],
): Caret | undefined {
  const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
  if (event.altKey) return undefined
  // Tab visits both panes and then leaves, so that the keyboard is not trapped.
  if (event.key === 'Tab' && caret.pane === (event.shiftKey ? 'ascii' : 'hex')) {
    return { ...caret, pane: event.shiftKey ? 'hex' : 'ascii', hasFirstDigit: false }
  }
  return moveCaret(caret, { key: event.key, isCommand }, extent) ?? onEditKey?.(event, caret)
}
