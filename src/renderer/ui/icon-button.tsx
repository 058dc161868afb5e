import type { LucideIcon } from 'lucide-react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip'
import styles from './button.module.css'
import { useKeptFocus } from './use-kept-focus.ts'

export interface IconButtonProps
  extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'aria-label'> {
  /** What it is called, for the tooltip and for assistive technology. */
  readonly label: string
  readonly icon: LucideIcon
  /** As people read it: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  /** Given for a button that stays pressed. */
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
