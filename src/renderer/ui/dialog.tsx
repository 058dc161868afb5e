import { type ReactNode, useEffect, useState } from 'react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import styles from './dialog.module.css'
import { VisibleText } from './text/visible-text.tsx'

interface DialogProps {
  /** Shown as its heading, and its accessible name. */
  readonly title: string
  /** Called by Escape and by a click outside. */
  readonly onClose: () => void
  readonly children: ReactNode
  /** `alertdialog` for a question before a loss. It can't be dismissed by a click outside. */
  readonly role?: 'dialog' | 'alertdialog'
  readonly width?: 'small' | 'medium' | 'large'
  /** `top` for quick input. */
  readonly place?: 'middle' | 'top'
  /** Hides the heading visually. */
  readonly isTitleHidden?: boolean
}

/** A modal window, open as long as it is rendered. */
export function Dialog({
  title,
  onClose,
  children,
  role = 'dialog',
  width = 'small',
  place = 'middle',
  isTitleHidden = false,
}: DialogProps) {
  return (
    <ModalOverlay
      isOpen
      isDismissable={role === 'dialog'}
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
      className={`${styles['overlay']} ${styles[place]}`}
    >
      <Modal className={`${styles['modal']} ${styles[width]}`}>
        <AriaDialog role={role} className={styles['dialog'] ?? ''}>
          <Heading
            slot="title"
            level={2}
            className={isTitleHidden ? 'visually-hidden' : (styles['title'] ?? '')}
          >
            <VisibleText text={title} />
          </Heading>
          {children}
        </AriaDialog>
        <FocusReturn />
      </Modal>
    </ModalOverlay>
  )
}

/** The row of buttons that ends a dialog. */
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles['buttons']}>{children}</div>
}

/**
 * Rendered last in an overlay: when the overlay closes, returns the focus to the element that had it before. React Aria
 * does so a frame later, and keys pressed in that frame would be lost.
 */
export function FocusReturn() {
  const [previous] = useState(focusedElement)
  useEffect(
    () => () => {
      // An element that was focused while the overlay closed keeps the focus.
      if (document.activeElement !== document.body) return
      if (previous instanceof HTMLElement && previous.isConnected) previous.focus({ preventScroll: true })
    },
    [previous],
  )
  return null
}

/** The focused element, also inside a shadow root, such as that of a text editor. */
function focusedElement(): Element | null {
  let focused = document.activeElement
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
  return focused
}
