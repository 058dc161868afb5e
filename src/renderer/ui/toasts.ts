import { create } from 'zustand'

export interface Toast {
  readonly id: number
  readonly tone: 'info' | 'success' | 'error'
  /** What happened, to which key. */
  readonly message: string
  /** What to try. */
  readonly hint?: string | undefined
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

interface ToastsState {
  readonly toasts: readonly Toast[]
}

/** Toasts on the screen at once; the oldest gives way. */
const MAX_TOASTS = 4

export const useToasts = create<ToastsState>(() => ({ toasts: [] }))

let lastId = 0

export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = ++lastId
  useToasts.setState(({ toasts }) => ({
    toasts: [...toasts.filter(other => other.message !== toast.message), { ...toast, id }].slice(-MAX_TOASTS),
  }))
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) }))
}
