import { ChevronDown, ChevronUp } from 'lucide-react'
import { type Ref, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../../ui/button.tsx'
import { failureOf } from '../model/value-calls.ts'
import styles from './hex.module.css'
import { findBytes, findPattern } from './hex-selection.ts'
import type { HexSource } from './hex-text.ts'

interface HexFindProps {
  readonly source: HexSource
  /** Where the caret is. */
  readonly offset: number
  readonly inputRef: Ref<HTMLInputElement>
  /** Shows what was found. */
  readonly onFound: (start: number, length: number) => void
  /** Called when the keyboard goes back to the bytes. */
  readonly onLeave: () => void
}

/** Finds bytes, by hex digits or by text, through values of any size. */
export function HexFind({ source, offset, inputRef, onFound, onLeave }: HexFindProps) {
  const [typed, setTyped] = useState('')
  const [outcome, setOutcome] = useState('')
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [source])
  const pattern = findPattern(typed)

  const find = async (direction: 1 | -1): Promise<void> => {
    running.current?.abort()
    if (pattern === undefined) return
    const { signal } = (running.current = new AbortController())
    setOutcome('Searching…')
    try {
      const at = await findBytes(source, pattern, direction > 0 ? offset + 1 : offset, direction, signal)
      if (signal.aborted) return
      setOutcome(at === undefined ? 'Not found' : `Found at 0x${at.toString(16)}`)
      if (at !== undefined) onFound(at, pattern.length)
    } catch (error) {
      if (!signal.aborted) setOutcome(failureOf(error).message)
    }
  }
  return (
    <div role="search" aria-label="Find bytes" className={styles['find']}>
      <input
        ref={inputRef}
        aria-label="Find hex or text"
        placeholder="Find: 89 50 4e, or text"
        value={typed}
        onChange={event => {
          running.current?.abort()
          setTyped(event.target.value)
          setOutcome('')
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            running.current?.abort()
            onLeave()
          } else if (event.key === 'Enter') void find(event.shiftKey ? -1 : 1)
          else return
          event.preventDefault()
        }}
      />
      <IconButton
        label="Previous"
        icon={ChevronUp}
        shortcut="Shift+Enter"
        isDisabled={pattern === undefined}
        onPress={() => void find(-1)}
      />
      <IconButton
        label="Next"
        icon={ChevronDown}
        shortcut="Enter"
        isDisabled={pattern === undefined}
        onPress={() => void find(1)}
      />
      <span role="status">{outcome}</span>
    </div>
  )
}
