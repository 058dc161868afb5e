import type { CallOptions } from './datastore.ts'

/** What a call hands on to every call it makes further down: its signal and its span, and nothing of its own. */
export function contextOf({ signal, span }: CallOptions): CallOptions {
  return { signal, span }
}
