import {
  PostgresDatastore,
  type PostgresOptions,
} from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { closing, context } from '../server-context.ts'

export async function openDatastore(
  options: Partial<PostgresOptions> & { url: string },
): Promise<PostgresDatastore> {
  return closing(await PostgresDatastore.open({ timeout: 5000, user: 'postgres', ...options }, context))
}
