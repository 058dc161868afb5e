import type { JsonText } from '../json/print-json.ts'
import type { FieldFrameProps } from './field-frame.tsx'
import type { Control } from './form-fields.ts'
import { HeldInput } from './held-input.tsx'
import { boundsText, numberText } from './number-text.ts'

export interface NumberInputProps extends Omit<FieldFrameProps, 'children'> {
  /** The number as the document spells it. */
  readonly said: JsonText | undefined
  readonly default: JsonText | undefined
  readonly control: Extract<Control, { type: 'number' }>
  readonly onChange: (value: JsonText | undefined) => void
}

export function NumberInput({ said, default: fallback, control, onChange, ...frame }: NumberInputProps) {
  return (
    <HeldInput
      {...frame}
      value={said ?? ''}
      placeholder={fallback}
      hint={boundsText(control)}
      isNumber
      read={typed => {
        const number = numberText(typed)
        if (number === undefined && typed.trim() !== '') return { wrong: 'this is no number' }
        return { take: () => onChange(number) }
      }}
    />
  )
}
