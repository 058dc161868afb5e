import type { OthersChange } from '../../../ordered/driver.ts'
import type { Access } from '../../sql/access.ts'
import { ConnectionPool } from '../../sql/connection-pool.ts'
import { sqlFailure } from '../../sql/failures.ts'
import type { FollowTable, TableChanges } from '../../sql/open-sql.ts'
import type { SqlConnection } from '../../sql/sql-connection.ts'
import { nameOf } from './catalog.ts'
import { postgresDialect } from './dialect.ts'
import type { NotifiedConnection } from './postgres-connection.ts'
import { WATCH_LOCK } from './watch-sql.ts'

type Listener = (change: OthersChange) => void

const HAS_TRIGGER = `
  SELECT 1 FROM pg_trigger
  WHERE tgrelid = $1::regclass AND tgname = 'strata_tell' AND tgenabled <> 'D' AND NOT pg_is_in_recovery()`

/** Follows a table of Strata, which has a trigger for that. A replica sends no notifications. */
export const followTable: FollowTable = async (access, pool, table) => {
  if (!table.isOwn) return undefined
  const found = await pool.run('watch', connection => connection.run(HAS_TRIGGER, [nameOf(table)]))
  if (found.rows.length === 0) return undefined
  return new NotifiedChanges(access, Number(table.id), id => pool.has(id))
}

/** Changes of a table as its trigger reports them, while there are listeners. */
class NotifiedChanges implements TableChanges {
  readonly #access: Access
  readonly #oid: number
  readonly #isOwn: (sender: number) => boolean
  readonly #listeners = new Set<Listener>()
  #pool: ConnectionPool | undefined
  #locking: SqlConnection | undefined

  /** @param isOwn Whether a connection with this number belongs to the store itself. */
  constructor(access: Access, oid: number, isOwn: (sender: number) => boolean) {
    this.#access = access
    this.#oid = oid
    this.#isOwn = isOwn
  }

  readonly follow = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    this.#pool ??= ConnectionPool.begin({
      connect: () => this.#listen(),
      name: this.#access.name,
      size: 1,
      timeout: this.#access.timeout,
      failure: (action, error) => sqlFailure(postgresDialect, action, error),
    })
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) void this.close()
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    this.#locking?.destroy()
    this.#locking = undefined
    await pool?.close()
  }

  /** A connection that receives notifications, and one whose lock lets writers send them. */
  async #listen(): Promise<SqlConnection> {
    this.#locking?.destroy()
    const listening = (await this.#access.connect()) as NotifiedConnection
    try {
      const locking = await this.#access.connect()
      this.#locking = locking
      listening.onNotification((text, sender) => this.#take(text, sender))
      await listening.script(`LISTEN strata_${this.#oid}`)
      await locking.script('SET statement_timeout = 0')
      // Waits as long as another program watches the table, which lets writers send notifications as well.
      locking.run('SELECT pg_advisory_lock($1, $2)', [WATCH_LOCK, this.#oid | 0]).then(
        () => this.#emit('resync'),
        () => listening.destroy(),
      )
      locking.onEnd(() => listening.destroy())
    } catch (error) {
      listening.destroy()
      throw error
    }
    this.#emit('resync')
    return listening
  }

  #take(text: string, sender: number): void {
    if (this.#isOwn(sender)) return
    this.#emit({ key: new Uint8Array(Buffer.from(text.slice(1), 'base64')), isThere: text.startsWith('+') })
  }

  #emit(change: OthersChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
