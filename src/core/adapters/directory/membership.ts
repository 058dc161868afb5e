import type { BinaryDatastore, CallOptions, Child, DeleteOptions } from '../../datastore.ts'
import { failure, hasCode, inTermsOf, isNotFound, NotFoundError, reason } from '../../errors.ts'
import { Key } from '../../key.ts'
import { contextOf } from '../../options.ts'

/** Names a directory itself. No member has this name: names of members begin with `~1`. */
const MARKER = 'directory'
/** Records per read. */
const PAGE = 256
const encoder = new TextEncoder()
/** Keeps invalid bytes and a byte order mark visible, because neither is part of an order. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Digits of a time in microseconds. */
const DIGITS = 16

/**
 * Issues increasing numbers that record the order in which things are added: microseconds, and never the same twice in
 * a process.
 */
class OrderClock {
  #last = 0

  next(): string {
    this.#last = Math.max(this.#last + 1, Date.now() * 1000)
    // Two processes may issue the same microsecond, so each adds a random number.
    const [own = 0] = crypto.getRandomValues(new Uint32Array(1))
    return `${String(this.#last).padStart(DIGITS, '0')}-${own.toString(16).padStart(8, '0')}`
  }
}

/** One for the process, so that every directory over one store has the same order. */
const orderClock = new OrderClock()

/** Whether a text came from `orderClock`. Such texts sort in the order in which they were issued. */
function isOrder(text: string): boolean {
  return /^\d{16}-[\da-f]{8}$/.test(text)
}

/**
 * Which keys are in which directories. Every member is a record of its own, `/<directory>/<member>`, that holds its
 * place in the order. Adding and removing change only that record, so no concurrent change is lost. A key is encoded in
 * one segment as in a JSON pointer (RFC 6901): `/a/b` is `~1a~1b`.
 */
export class Membership {
  readonly store: BinaryDatastore

  constructor(store: BinaryDatastore) {
    this.store = store
  }

  /** Creates the directory, empty, if it is missing. */
  async make(directory: Key, options: CallOptions): Promise<void> {
    const marker = recordOf(directory).child(MARKER)
    await withFailureKey(directory, async () => {
      if (!(await this.store.has(marker, options))) await this.store.put(marker, new Uint8Array(), options)
    })
  }

  /**
   * Appends `key`, or leaves it in its place.
   * @returns Whether it was not a member before.
   */
  async add(directory: Key, key: Key, options: CallOptions): Promise<boolean> {
    // Called before any wait, so that adding and removing a member keep call order.
    const adding = this.#addRecord(directory, key, options)
    const [isNew] = await Promise.all([adding, this.make(directory, options)])
    return isNew
  }

  /** @throws DatastoreError `NOT_FOUND` for a key that is not a member, unless `missingOk` is set. */
  async remove(directory: Key, key: Key, options: DeleteOptions): Promise<void> {
    try {
      const call = { ...contextOf(options), missingOk: options.missingOk }
      await withFailureKey(key, () => this.store.delete(memberOf(directory, key), call))
    } catch (error) {
      if (!isNotFound(error)) throw error
      const state = reason`it is not in the directory ${directory}`
      throw new NotFoundError('remove', key, { cause: error }, state)
    }
  }

  /**
   * The members in the order in which they were added.
   * @throws DatastoreError `NOT_FOUND` if the directory does not exist, `CORRUPT` for an invalid record.
   */
  async read(directory: Key, options: CallOptions): Promise<readonly Key[]> {
    const records: { readonly key: Key; readonly order: string }[] = []
    let isThere = false
    let after: string | undefined
    do {
      const call = { after, limit: PAGE, ...contextOf(options) }
      const page = await withFailureKey(directory, () => this.store.list(recordOf(directory), call))
      isThere ||= page.children.length > 0
      const members = page.children.filter(child => child.isValue && child.name !== MARKER)
      const read = await Promise.all(
        members.map(child => this.#readRecord(directory, child, contextOf(options))),
      )
      records.push(...read.filter(record => record !== undefined))
      after = page.cursor
    } while (after !== undefined)
    if (!isThere) throw new NotFoundError('read the directory', directory, {}, 'there is no such directory')
    return records.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ key }) => key)
  }

  async #addRecord(directory: Key, key: Key, options: CallOptions): Promise<boolean> {
    try {
      const order = encoder.encode(orderClock.next())
      const call = { ...contextOf(options), replace: false }
      await withFailureKey(key, () => this.store.put(memberOf(directory, key), order, call))
      return true
    } catch (error) {
      if (hasCode(error, 'ALREADY_EXISTS')) return false
      throw error
    }
  }

  async #readRecord(
    directory: Key,
    { name, key: record }: Child,
    options: CallOptions,
  ): Promise<{ readonly key: Key; readonly order: string } | undefined> {
    const key = keyOf(name)
    try {
      const order = utf8.decode(await withFailureKey(key ?? directory, () => this.store.get(record, options)))
      if (isOrder(order) && key !== undefined) return { key, order }
    } catch (error) {
      // Removed in the meantime.
      if (isNotFound(error)) return undefined
      throw error
    }
    const state =
      key === undefined
        ? 'the name of one of its records is not a key'
        : reason`the record of its member ${key} is damaged`
    throw failure('CORRUPT', 'read the directory', directory, state)
  }
}

function recordOf(directory: Key): Key {
  return Key.root.childOfCleanSegment(segmentOf(directory))
}

function memberOf(directory: Key, key: Key): Key {
  return recordOf(directory).childOfCleanSegment(segmentOf(key))
}

function segmentOf(key: Key): string {
  return key.toString().replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The member whose record has this name; `undefined` for a name that is not one of a member. */
function keyOf(name: string): Key | undefined {
  try {
    const key = Key.parse(name.replaceAll('~1', '/').replaceAll('~0', '~'))
    return segmentOf(key) === name ? key : undefined
  } catch (error) {
    if (hasCode(error, 'KEY_INVALID')) return undefined
    throw error
  }
}

/** Runs a call on the store of the records. Its failure names `key`, the key of the caller, instead of the record. */
async function withFailureKey<T>(key: Key, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw inTermsOf(error, () => key)
  }
}
