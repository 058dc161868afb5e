/** Something the host owns, as the page last heard of it. Fits `useSyncExternalStore`. */
export interface LiveValue<T> {
  /** `undefined` until the first answer. */
  readonly get: () => T | undefined
  readonly subscribe: (listener: () => void) => () => void
}

export interface SettableLiveValue<T> extends LiveValue<T> {
  set(value: T): void
}

export function liveValue<T>(): SettableLiveValue<T> {
  let current: T | undefined
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(value) {
      current = value
      for (const listener of listeners) listener()
    },
  }
}
