import { CircleCheck, Copy, Info, OctagonAlert, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { create } from 'zustand'
import { Button, IconButton } from './button.tsx'
import styles from './toasts.module.css'

interface Toast {
  readonly id: number
  readonly tone: 'info' | 'success' | 'error'
  /** What happened, to which key. */
  readonly message: string
  /** What to try. */
  readonly hint?: string | undefined
  /** Names the failure in the host's log; shown, and copied with the message. */
  readonly failureId?: string | undefined
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

interface ToastsState {
  readonly toasts: readonly Toast[]
}

/** The most toasts shown at once; the oldest is removed first. */
const MAX_TOASTS = 4

const useToasts = create<ToastsState>(() => ({ toasts: [] }))

let lastId = 0

/** @returns A function that removes the toast. */
export function showToast(toast: Omit<Toast, 'id'>): () => void {
  const id = ++lastId
  useToasts.setState(({ toasts }) => ({
    toasts: [...toasts.filter(other => other.message !== toast.message), { ...toast, id }].slice(-MAX_TOASTS),
  }))
  return () => dismissToast(id)
}

function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) }))
}

/** How long a toast is shown, and one with an action. Errors stay until they are dismissed. */
const SHOWN_MS = 6000
const ACTION_SHOWN_MS = 12_000

const ICONS = { info: Info, success: CircleCheck, error: OctagonAlert }

/** The region of short messages, which assistive technology announces. */
export function ToastRegion() {
  const toasts = useToasts(state => state.toasts)
  return (
    <section aria-label="Notifications" className={styles['region']}>
      <ol aria-live="polite" aria-relevant="additions">
        {toasts.map(toast => (
          <ToastItem key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>
  )
}

interface FailureIdProps {
  readonly id: string
  readonly message: string
}

/** What to say to somebody who looks for the causes in `failures.log`. */
function FailureId({ id, message }: FailureIdProps) {
  return (
    <p className={styles['hint']}>
      Failure {id}
      <IconButton
        label="Copy the failure"
        icon={Copy}
        onPress={() => void navigator.clipboard.writeText(`${message} (failure ${id})`)}
      />
    </p>
  )
}

function ToastItem({ toast }: { readonly toast: Toast }) {
  const [isHeld, setHeld] = useState(false)
  const staysOpen = isHeld || toast.tone === 'error'
  useEffect(() => {
    if (staysOpen) return undefined
    const shownFor = toast.action === undefined ? SHOWN_MS : ACTION_SHOWN_MS
    const timer = setTimeout(() => dismissToast(toast.id), shownFor)
    return () => clearTimeout(timer)
  }, [staysOpen, toast.id, toast.action])
  const Icon = ICONS[toast.tone]
  const { action } = toast
  return (
    <li
      className={`${styles['toast']} ${styles[toast.tone]}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon size={16} aria-hidden className={styles['icon']} />
      <div className={styles['text']} role={toast.tone === 'error' ? 'alert' : undefined}>
        <p>{toast.message}</p>
        {toast.hint !== undefined && <p className={styles['hint']}>{toast.hint}</p>}
        {toast.failureId !== undefined && <FailureId id={toast.failureId} message={toast.message} />}
      </div>
      {action !== undefined && (
        <Button
          variant="quiet"
          onPress={() => {
            dismissToast(toast.id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" icon={X} onPress={() => dismissToast(toast.id)} />
    </li>
  )
}
