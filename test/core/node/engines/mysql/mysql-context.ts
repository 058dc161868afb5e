import {
  MysqlDatastore,
  type MysqlOptions,
} from '../../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import { closing, context } from '../server-context.ts'

export async function openDatastore(
  options: Partial<MysqlOptions> & { url: string },
): Promise<MysqlDatastore> {
  return closing(await MysqlDatastore.open({ timeout: 5000, user: 'app', ...options }, context))
}
