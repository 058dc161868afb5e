import type { LucideIcon } from 'lucide-react'
import { type ReactNode, type Ref, useState } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { Toolbar as AriaToolbar } from 'react-aria-components/Toolbar'
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip'
import styles from './button.module.css'

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly children: ReactNode
  /** `primary` for the one expected action of a form, `danger` for destructive ones, `quiet` inside bars and rows. */
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

export interface IconButtonProps
  extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'aria-label'> {
  /** The tooltip and accessible name. */
  readonly label: string
  readonly icon: LucideIcon
  /** As shown: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  /** For a toggle button. */
  readonly isPressed?: boolean
}

export function IconButton({ label, icon: Icon, shortcut, isPressed, ...props }: IconButtonProps) {
  const pressed = isPressed === undefined ? {} : { 'aria-pressed': isPressed }
  const shown = useKeptFocus(props)
  return (
    <TooltipTrigger delay={600}>
      <AriaButton
        {...shown}
        {...pressed}
        aria-label={label}
        className={`${styles['button']} ${styles['icon']}`}
      >
        <Icon size={15} aria-hidden />
      </AriaButton>
      <Tooltip className={styles['tooltip'] ?? ''} offset={4}>
        {label}
        {shortcut !== undefined && <span className={styles['shortcut']}>{shortcut}</span>}
      </Tooltip>
    </TooltipTrigger>
  )
}

/** Buttons with a single tab stop. Arrow keys move between them. */
export function Toolbar({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <AriaToolbar aria-label={label} className={styles['toolbar'] ?? ''}>
      {children}
    </AriaToolbar>
  )
}

/**
 * A browser removes the focus from a button that becomes disabled. A focused button is therefore only marked as disabled
 * and does nothing; it is disabled when it loses the focus.
 */
function useKeptFocus<Props extends AriaButtonProps>(props: Props): Props {
  const [isFocused, setFocused] = useState(false)
  const { isDisabled, onFocusChange } = props
  const watched = {
    ...props,
    onFocusChange(isNow: boolean) {
      setFocused(isNow)
      onFocusChange?.(isNow)
    },
  }
  if (isDisabled !== true || !isFocused) return watched
  return { ...watched, isDisabled: false, 'aria-disabled': true, onPress: () => undefined, type: 'button' }
}
