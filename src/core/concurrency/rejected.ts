/** A promise that rejects with whatever was thrown, for a function that is not async. */
export async function rejected(error: unknown): Promise<never> {
  throw error
}
