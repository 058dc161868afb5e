/** The rest of a stream whose first item was already pulled. Closing it closes the stream, even if nothing was read. */
export function streamFromFirst<T>(
  first: IteratorResult<T>,
  rest: AsyncIterator<T>,
): AsyncIterableIterator<T, undefined> {
  let pulled: IteratorResult<T> | undefined = first
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      const step = pulled ?? (await rest.next())
      pulled = undefined
      return step.done === true ? { done: true, value: undefined } : step
    },
    async return() {
      pulled = undefined
      await rest.return?.()
      return { done: true, value: undefined }
    },
  }
}
