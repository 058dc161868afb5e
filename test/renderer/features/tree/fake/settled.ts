import { afterEach, beforeEach, vi } from 'vitest'

// Long work pauses for a task once its slice of time is over. The clock stands still, so that on a busy machine too
// everything is answered in microtasks.
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
