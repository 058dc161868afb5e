import { FieldFrame, type FieldFrameProps } from './field-frame.tsx'
import styles from './node-form.module.css'

export interface FlagInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

export function FlagInput({ isOn, onChange, ...frame }: FlagInputProps) {
  return (
    <FieldFrame {...frame}>
      {props => (
        <input
          {...props}
          type="checkbox"
          className={styles['box']}
          checked={isOn}
          onChange={event => onChange(event.target.checked)}
        />
      )}
    </FieldFrame>
  )
}
