import type { ReactNode } from 'react'
import { Toolbar as AriaToolbar } from 'react-aria-components/Toolbar'
import styles from './toolbar.module.css'

/** Buttons that are one stop for Tab; the arrow keys lead from one to the next. */
export function Toolbar({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <AriaToolbar aria-label={label} className={styles['toolbar'] ?? ''}>
      {children}
    </AriaToolbar>
  )
}
