import { afterEach, beforeEach } from 'vitest'
import type { ServerContext } from '../../../../../src/core/node/connect/server-context.ts'
import {
  PostgresDatastore,
  type PostgresOptions,
} from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { noPostgres } from '../../../../servers/postgres.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.resolve(SECRET),
}

const opened: { close(): Promise<unknown> }[] = []
/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
export function onServers(): void {
  beforeEach(({ skip }) => skip(noPostgres !== undefined, noPostgres))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

export async function openDatastore(
  options: Partial<PostgresOptions> & { url: string },
): Promise<PostgresDatastore> {
  return closing(await PostgresDatastore.open({ timeout: 5000, user: 'postgres', ...options }, context))
}
