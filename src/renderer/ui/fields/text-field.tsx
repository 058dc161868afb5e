import type { Ref } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField as AriaTextField } from 'react-aria-components/TextField'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './field.module.css'

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** The problem; marks the field invalid. */
  readonly error?: string | undefined
  readonly description?: string | undefined
  readonly isMonospace?: boolean
  /** The number of lines of a multi-line field; absent for a single line. */
  readonly rows?: number
  readonly autoFocus?: boolean
  readonly isDisabled?: boolean
  /** Hides its text. */
  readonly isSecret?: boolean
  readonly ref?: Ref<HTMLInputElement>
}

export function TextField({
  label,
  value,
  onChange,
  error,
  description,
  isMonospace = false,
  rows,
  autoFocus = false,
  isDisabled = false,
  isSecret = false,
  ref,
}: TextFieldProps) {
  const className = `${styles['input']} ${isMonospace ? styles['mono'] : ''}`
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      isDisabled={isDisabled}
      type={isSecret ? 'password' : 'text'}
      autoFocus={autoFocus}
      className={styles['field'] ?? ''}
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      {rows === undefined ? (
        <Input ref={ref ?? null} className={className} spellCheck={false} autoComplete="off" />
      ) : (
        <TextArea className={className} rows={rows} spellCheck={false} />
      )}
      {description !== undefined && (
        <Text slot="description" className={styles['description'] ?? ''}>
          <VisibleText text={description} />
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>
        {error !== undefined && <VisibleText text={error} />}
      </FieldError>
    </AriaTextField>
  )
}
