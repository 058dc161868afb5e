import { afterEach, beforeEach, vi } from 'vitest'

// Long work pauses for a task once its slice of time is over. The clock does not advance, so that even on a
// busy machine everything is answered in microtasks.
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Resolves when everything that answers in microtasks has been answered. */
export function settled(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
