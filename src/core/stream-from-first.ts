/** The rest of a stream whose first item was pulled already. Whoever stops early lets go of the stream. */
export async function* streamFromFirst<T>(
  first: IteratorResult<T>,
  rest: AsyncIterator<T>,
): AsyncIterable<T> {
  try {
    for (let step = first; step.done !== true; step = await rest.next()) yield step.value
  } finally {
    await rest.return?.()
  }
}
