import { type MongoDoubleOptions, startMongoDouble } from '../../../../servers/mongo/double.ts'

/**
 * A server for tests: the one at `STRATA_MONGODB_URL`, with a database of its own, or else a double.
 * @returns The address, and a function that stops it.
 */
export async function mongoServer(
  options: MongoDoubleOptions = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const real = process.env['STRATA_MONGODB_URL']
  if (real === undefined) return startMongoDouble(options)
  return { url: real, stop: () => Promise.resolve() }
}

/** Names of collections and databases that no other run uses. */
const RUN = `strata_${process.pid}_${Date.now().toString(36)}`
let names = 0
export const newName = (): string => `${RUN}_${names++}`
