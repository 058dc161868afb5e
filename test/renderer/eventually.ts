import { expect } from 'vitest'

/** Waits until `read` returns `expected`. A failure reports the last value read. */
export async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, { timeout: 10_000, interval: 20 }).toEqual(expected)
}
