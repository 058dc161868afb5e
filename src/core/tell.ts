/**
 * Tells a listener something. What it throws is no failure of the call that it hears about: it is thrown by itself, as
 * an uncaught error.
 */
export function tell<Args extends readonly unknown[]>(
  listener: ((...args: Args) => void) | undefined,
  ...args: Args
): void {
  try {
    listener?.(...args)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
