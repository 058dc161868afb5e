import { create } from 'zustand'

/** Jobs that ended and were cleared away. */
export const useActivityStore = create<{ readonly hidden: ReadonlySet<string> }>(() => ({
  hidden: new Set(),
}))

export function hideJobs(ids: readonly string[]): void {
  useActivityStore.setState(({ hidden }) => ({ hidden: new Set([...hidden, ...ids]) }))
}
