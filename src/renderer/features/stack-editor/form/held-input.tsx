import { useState } from 'react'
import type { PlacedProblem } from '../model/problem-places.ts'
import { type ControlProps, FieldFrame, type FieldFrameProps } from './field-frame.tsx'
import styles from './node-form.module.css'

/** What typed text means: something that can be taken, or why it cannot. */
type Typed = { readonly take: () => void } | { readonly wrong: string }

export interface HeldInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly value: string
  readonly placeholder?: string | undefined
  /** Shown beside the field. */
  readonly hint?: string
  readonly isNumber?: boolean
  readonly read: (typed: string) => Typed
}

interface Held {
  readonly text: string
  readonly wrong: string
  /** What the document said meanwhile: once it says something else, that is shown. */
  readonly instead: string
}

/** A field that keeps what cannot be taken to itself, marked, and out of the document. */
export function HeldInput({
  value,
  placeholder,
  hint,
  isNumber = false,
  read,
  problems,
  ...frame
}: HeldInputProps) {
  const [last, setLast] = useState<Held>()
  const held = last?.instead === value ? last : undefined
  const type = (text: string) => {
    const typed = read(text)
    setLast('wrong' in typed ? { text, wrong: typed.wrong, instead: value } : undefined)
    if ('take' in typed) typed.take()
  }
  const shown = held === undefined ? problems : [heldProblem(frame.name, held.wrong), ...problems]
  return (
    <FieldFrame {...frame} problems={shown}>
      {(props: ControlProps) => (
        <>
          <input
            {...props}
            className={isNumber ? styles['number'] : styles['input']}
            inputMode={isNumber ? 'decimal' : 'text'}
            value={held?.text ?? value}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            onChange={event => type(event.target.value)}
          />
          {hint !== undefined && <span className={styles['bounds']}>{hint}</span>}
        </>
      )}
    </FieldFrame>
  )
}

function heldProblem(name: string, message: string): PlacedProblem {
  return { severity: 'error', message, path: name, node: undefined, field: name, from: 0, to: 0 }
}
