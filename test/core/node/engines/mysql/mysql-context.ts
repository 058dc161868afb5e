import { afterEach, beforeEach } from 'vitest'
import type { ServerContext } from '../../../../../src/core/node/connect/server-context.ts'
import {
  MysqlDatastore,
  type MysqlOptions,
} from '../../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import { noMariadb } from '../../../../servers/mariadb.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.resolve(SECRET),
}

const opened: { close(): Promise<unknown> }[] = []
/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
export function onServers(): void {
  beforeEach(({ skip }) => skip(noMariadb !== undefined, noMariadb))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

export async function openDatastore(
  options: Partial<MysqlOptions> & { url: string },
): Promise<MysqlDatastore> {
  return closing(await MysqlDatastore.open({ timeout: 5000, user: 'app', ...options }, context))
}
