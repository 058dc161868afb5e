import type { AnyBulkWriteOperation, ClientSession, Collection, MongoBulkWriteError } from 'mongodb'
import type { Check, Range, Row, Write } from '../../../ordered/driver.ts'
import { areSeen } from '../../../ordered/expect.ts'
import { hasLabel, isDuplicate } from './failures.ts'
import type { MongoAccess } from './mongo-access.ts'
import type { MongoRecords, Stored } from './mongo-records.ts'

/** A field that a transaction sets and removes again in documents that it has read, to conflict with their writers. */
export const LOCK = 'strata_lock'
/** The maximum pause before a transaction is tried again, in milliseconds. */
const MAX_PAUSE = 50

type Waiting = Omit<Write, 'expect'>
type Statement = AnyBulkWriteOperation<Stored>

interface Parts {
  readonly access: MongoAccess
  readonly collection: Collection<Stored>
  readonly records: MongoRecords
}

/** Writes of several records: in order, or in a transaction. */
export class MongoBatches {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Writes one after another. If one fails, those before it are made. */
  async inOrder(writes: readonly Waiting[]): Promise<void> {
    for (let rest = writes.map(write => this.#statementOf(write)); rest.length > 0; ) {
      try {
        await this.#parts.collection.bulkWrite(rest, { ordered: true })
        return
      } catch (error) {
        // Of two that insert at the same time one fails, and replaces what the other has written.
        const [failed] = [(error as MongoBulkWriteError).writeErrors].flat()
        if (!isDuplicate(error) || failed === undefined) throw error
        rest = rest.slice(failed.index)
      }
    }
  }

  /**
   * Checks and writes in one transaction. It sees a snapshot, and conflicts with everyone who changes a key that it has
   * checked. Levels are compared in the snapshot alone.
   * @param committed Called with the session once it is committed.
   * @returns False if a check failed.
   */
  async commit(
    checks: readonly Check[],
    writes: readonly Waiting[],
    committed: (session: ClientSession) => void,
  ): Promise<boolean> {
    const { client, timeout, package: mongodb } = this.#parts.access
    const writeConcern = new mongodb.WriteConcern('majority', undefined, true)
    const deadline = performance.now() + timeout
    for (let pause = 1; ; pause = Math.min(2 * pause, MAX_PAUSE)) {
      const session = client.startSession()
      try {
        session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern })
        if (!(await this.#check(checks, writes, session))) return false
        const last = new Map(writes.map(write => [this.#parts.records.idOf(write.key), write]))
        await this.#write(
          [...last.values()].map(write => this.#statementOf(write)),
          session,
        )
        await commitBefore(deadline, session)
        committed(session)
        return true
      } catch (error) {
        if (!hasLabel(error, 'TransientTransactionError') || performance.now() > deadline) throw error
      } finally {
        // Also aborts what was not committed.
        await session.endSession()
      }
      await new Promise(done => setTimeout(done, pause * Math.random()))
    }
  }

  /** Reads what was checked, and touches those records that the transaction does not write. */
  async #check(
    checks: readonly Check[],
    writes: readonly Waiting[],
    session: ClientSession,
  ): Promise<boolean> {
    const { collection, records } = this.#parts
    if (checks.length === 0) return true
    const ids = checks.flatMap(check => ('key' in check ? (records.idOf(check.key) ?? []) : []))
    const found = new Map<string, Stored>()
    for (const one of await collection.find({ _id: { $in: ids } }, { session }).toArray()) {
      found.set(one._id, one)
    }
    const rowAt = (key: Uint8Array): Row | undefined => {
      const one = found.get(records.idOf(key) ?? '')
      return one !== undefined && records.isLive(one) ? records.rowOf(one) : undefined
    }
    const levels = new Map<Range, readonly Row[]>()
    for (const check of checks) {
      if ('range' in check)
        levels.set(check.range, await this.#rangeIn(check.range, check.keys.length, session))
    }
    if (!areSeen(checks, rowAt, range => levels.get(range) ?? [])) return false
    const written = new Set(writes.map(({ key }) => records.idOf(key)))
    const read = [...new Set(ids)].filter(id => !written.has(id))
    await this.#write(
      locksOf(
        read.filter(id => found.has(id)),
        read.filter(id => !found.has(id)),
      ),
      session,
    )
    return true
  }

  async #rangeIn(
    { from, to, limit, reverse }: Range,
    seen: number,
    session: ClientSession,
  ): Promise<readonly Row[]> {
    const { collection, records } = this.#parts
    const filter = records.within({ from, to })
    if (filter === undefined) return []
    const rows = await collection
      .find(filter, { projection: { _id: 1 }, session })
      .sort({ _id: reverse ? -1 : 1 })
      .limit(Math.min(limit, seen + 1))
      .toArray()
    return rows.map(({ _id }) => ({ key: records.keyOf(_id) }))
  }

  async #write(statements: readonly Statement[], session: ClientSession): Promise<void> {
    if (statements.length === 0) return
    await this.#parts.collection.bulkWrite([...statements], { ordered: true, session })
  }

  #statementOf(write: Waiting): Statement {
    const { records } = this.#parts
    if (write.value === undefined) {
      // A key that is not text has no record.
      return { deleteOne: { filter: { _id: records.idOf(write.key) ?? '' } } }
    }
    const filter = { _id: records.idToPut(write.key) }
    const fields = records.fieldsOf(write)
    return records.isStrata
      ? { replaceOne: { filter, replacement: fields, upsert: true } }
      : { updateOne: { filter, update: { $set: { v: fields.v } }, upsert: true } }
  }
}

/** Statements that change nothing, but conflict with every other write of these records, and of keys without one. */
function locksOf(present: readonly string[], absent: readonly string[]): Statement[] {
  const lock = (change: object): Statement[] =>
    present.map(_id => ({ updateOne: { filter: { _id }, update: change } }))
  return [
    ...lock({ $set: { [LOCK]: true } }),
    ...lock({ $unset: { [LOCK]: true } }),
    ...absent.map((_id): Statement => ({ insertOne: { document: { _id } as Stored } })),
    ...absent.map((_id): Statement => ({ deleteOne: { filter: { _id } } })),
  ]
}

/** Commits, and retries while it is unknown whether the server has done so. */
async function commitBefore(deadline: number, session: ClientSession): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction()
      return
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() > deadline) throw error
    }
  }
}
