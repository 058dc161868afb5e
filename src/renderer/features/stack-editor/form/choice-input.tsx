import type { JsonText } from '../json/print-json.ts'
import { FieldFrame, type FieldFrameProps } from './field-frame.tsx'
import type { Choice } from './form-fields.ts'
import styles from './node-form.module.css'

export interface ChoiceInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly said: JsonText | undefined
  readonly default: JsonText | undefined
  readonly choices: readonly Choice[]
  readonly onChange: (value: JsonText | undefined) => void
}

/** A list to choose from. Saying nothing is a choice too, unless the option is required. */
export function ChoiceInput({ said, default: fallback, choices, onChange, ...frame }: ChoiceInputProps) {
  const isListed = said === undefined || choices.some(({ value }) => value === said)
  const chosen = choices.find(({ value }) => value === (said ?? fallback))
  const implied = choices.find(({ value }) => value === fallback)?.label
  const help = [frame.help, chosen?.help].filter(text => text !== undefined).join(' ')
  return (
    <FieldFrame {...frame} help={help === '' ? undefined : help}>
      {props => (
        <select
          {...props}
          className={styles['input']}
          value={said ?? ''}
          onChange={({ target: { value } }) => onChange(value === '' ? undefined : value)}
        >
          {(frame.isRequired !== true || said === undefined) && (
            <option value="">{implied === undefined ? 'Default' : `Default: ${implied}`}</option>
          )}
          {!isListed && <option value={said}>{said}</option>}
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  )
}
