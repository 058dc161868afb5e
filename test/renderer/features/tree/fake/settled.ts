/** Resolves when everything that answers in microtasks has been answered. */
export function settled(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
