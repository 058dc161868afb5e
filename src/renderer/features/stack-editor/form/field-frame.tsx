import { RotateCcw } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { IconButton } from '../../../ui/icon-button.tsx'
import type { PlacedProblem } from '../model/problem-places.ts'
import styles from './node-form.module.css'
import { ProblemLines } from './problem-lines.tsx'

/** What ties a control to its label, help and problems. */
export interface ControlProps {
  readonly id: string
  readonly 'data-field': string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
  readonly 'aria-required'?: boolean
}

export interface FieldFrameProps {
  readonly name: string
  readonly label: string
  readonly help?: string | undefined
  readonly problems: readonly PlacedProblem[]
  readonly isRequired?: boolean
  /** Offered while the document says something that may be left unsaid. */
  readonly onReset?: (() => void) | undefined
  readonly children: (props: ControlProps) => ReactNode
}

/** The label on the left; on the right the control, and below it help and whatever is wrong. */
export function FieldFrame({ name, label, help, problems, isRequired, onReset, children }: FieldFrameProps) {
  const id = useId()
  const described = [help !== undefined && `${id}-help`, problems.length > 0 && `${id}-problems`]
  const describedBy = described.filter(part => part !== false).join(' ')
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      <div className={styles['control']}>
        {children({
          id,
          'data-field': name,
          'aria-invalid': problems.some(({ severity }) => severity === 'error'),
          'aria-describedby': describedBy === '' ? undefined : describedBy,
          ...(isRequired === true && { 'aria-required': true }),
        })}
        {onReset !== undefined && (
          <IconButton label={`Use the default for ${label}`} icon={RotateCcw} onPress={onReset} />
        )}
      </div>
      <div className={styles['notes']}>
        <div id={`${id}-problems`}>
          <ProblemLines problems={problems} />
        </div>
        {help !== undefined && (
          <p id={`${id}-help`} className={styles['help']}>
            {help}
          </p>
        )}
      </div>
    </div>
  )
}
