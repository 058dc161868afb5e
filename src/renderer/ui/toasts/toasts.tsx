import { CircleCheck, Copy, Info, OctagonAlert, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import { Button, IconButton } from '../button.tsx'
import { useLift } from '../keep-clear.ts'
import { VisibleText } from '../text/visible-text.tsx'
import { shownFor, type Toast, withToast } from './toast-queue.ts'
import styles from './toasts.module.css'
import { Waits } from './waits.tsx'

interface ToastsState {
  readonly toasts: readonly Toast[]
}

const useToasts = create<ToastsState>(() => ({ toasts: [] }))

let lastId = 0

/** @returns A function that removes the toast. */
export function showToast(toast: Omit<Toast, 'id'>): () => void {
  const id = ++lastId
  useToasts.setState(({ toasts }) => ({ toasts: withToast(toasts, { ...toast, id }) }))
  return () => dismissToast(id)
}

function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) }))
}

const ICONS = { info: Info, success: CircleCheck, error: OctagonAlert }

/** The region of short messages, which assistive technology announces. */
export function ToastRegion() {
  const toasts = useToasts(state => state.toasts)
  const ref = useRef<HTMLElement>(null)
  const lift = useLift(ref, toasts.length > 0)
  return (
    <section
      ref={ref}
      aria-label="Notifications"
      className={styles['region']}
      style={{ transform: lift === 0 ? undefined : `translateY(-${lift}px)` }}
    >
      <ol aria-live="polite" aria-relevant="additions">
        {toasts.map(toast => (
          <ToastItem key={toast.id} toast={toast} />
        ))}
      </ol>
      <Waits />
    </section>
  )
}

interface FailureIdProps {
  readonly id: string
  readonly message: string
}

/** Advice for finding the causes in `failures.log`. */
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
  const time = isHeld ? undefined : shownFor(toast)
  useEffect(() => {
    if (time === undefined) return undefined
    const timer = setTimeout(() => dismissToast(toast.id), time)
    return () => clearTimeout(timer)
  }, [time, toast.id])
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
        <p>
          <VisibleText text={toast.message} />
        </p>
        {toast.hint !== undefined && (
          <p className={styles['hint']}>
            <VisibleText text={toast.hint} />
          </p>
        )}
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
