import type { ReactNode, Ref } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import styles from './button.module.css'
import { useKeptFocus } from './use-kept-focus.ts'

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly children: ReactNode
  /** `primary` for the one expected action of a form, `danger` for what destroys, `quiet` inside bars and rows. */
  readonly variant?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ variant = 'plain', children, ...props }: ButtonProps) {
  const shown = useKeptFocus(props)
  return (
    <AriaButton {...shown} className={`${styles['button']} ${styles[variant]}`}>
      {children}
    </AriaButton>
  )
}
