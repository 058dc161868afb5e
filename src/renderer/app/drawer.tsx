import { type ReactNode, useEffect, useRef } from 'react'
import { keepFocus } from './regions.ts'
import styles from './window.module.css'

interface DrawerProps {
  readonly side: 'start' | 'end'
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A side panel above the rest of the window, where it has no column. Escape and a click next to it close it. */
export function Drawer({ side, isOpen, onClose, children }: DrawerProps) {
  const drawer = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return undefined
    const element = drawer.current
    const target = element?.querySelector<HTMLElement>('[role=tree]') ?? element
    target?.focus({ preventScroll: true })
    return () => {
      // The focused element is hidden with the drawer.
      requestAnimationFrame(keepFocus)
    }
  }, [isOpen])
  return (
    <>
      <div hidden={!isOpen} className={styles['scrim']} onPointerDown={onClose} />
      <div
        ref={drawer}
        tabIndex={-1}
        hidden={!isOpen}
        className={`${styles['drawer']} ${styles[side]}`}
        onKeyDown={event => {
          if (event.key !== 'Escape' || event.defaultPrevented) return
          event.stopPropagation()
          onClose()
        }}
      >
        {children}
      </div>
    </>
  )
}
