/** What a notification is about, so that a newer one can take its place. */
export interface ToastTopic {
  /** Notifications of one kind within a few seconds become one: `Saved 3 keys`. */
  readonly kind: string
  /** The keys that it is about; a newer notification of the same kind and key replaces this one. */
  readonly keys: readonly string[]
  /** The text for several keys. */
  readonly joined: (count: number) => string
}

export interface Toast {
  readonly id: number
  readonly tone: 'info' | 'success' | 'error'
  /** What happened, to which key. */
  readonly message: string
  /** What to try. */
  readonly hint?: string | undefined
  /** Names the failure in the host's log; shown, and copied with the message. */
  readonly failureId?: string | undefined
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
  readonly topic?: ToastTopic | undefined
}

/** The maximum number of toasts shown at once; the oldest is removed first. */
const MAX_TOASTS = 4

/**
 * The toasts after another one has come. It takes the place of one with the same text, and of one of the same kind: about
 * other keys both become one, whose action is that of the last.
 */
export function withToast(toasts: readonly Toast[], added: Toast): readonly Toast[] {
  const { topic } = added
  const before = topic && toasts.find(other => other.topic?.kind === topic.kind)
  const others = toasts.filter(other => other !== before && other.message !== added.message)
  return [...others, before === undefined ? added : joined(before, added)].slice(-MAX_TOASTS)
}

function joined({ topic: before }: Toast, added: Toast): Toast {
  const { topic } = added
  if (before === undefined || topic === undefined) return added
  const keys = [...new Set([...before.keys, ...topic.keys])]
  if (keys.length === topic.keys.length) return added
  return { ...added, message: topic.joined(keys.length), hint: undefined, topic: { ...topic, keys } }
}

/**
 * Milliseconds for which a toast is shown; `undefined` until it is dismissed. What was done shortly before is also in the
 * menu and in the history, so it need not stay for its action.
 */
export function shownFor({ tone, action, topic }: Toast): number | undefined {
  if (tone === 'error') return undefined
  if (topic !== undefined) return 4_000
  return action === undefined ? 6_000 : 12_000
}
