import type { CallOptions, Datastore, Entry, Stat } from '../datastore.ts'
import { isNotFound } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Test } from './condition.ts'
import { kindsOf, testOf } from './condition.ts'
import type { Facts, FieldKind } from './field.ts'
import type { Placed } from './order.ts'
import { placeOf } from './order.ts'
import type { ParsedQuery } from './parse-query.ts'
import { kindsNeeded } from './parse-query.ts'
import type { Walked } from './walk.ts'

/** What answering a query asks of a store. */
export type QuerySource<V> = Pick<Datastore<V>, 'list' | 'has' | 'stat' | 'get'>

/** An entry that answers the query, with as much of it as was read to know that. */
export interface Found<V> extends Placed {
  readonly stat: Stat | undefined
  readonly value: { readonly it: V } | undefined
}

/**
 * Reads no more of an entry than its query needs, cheapest first: conditions on the key, then on the stat, then on the
 * value. An entry deleted meanwhile is no answer.
 */
export class EntryReader<V> {
  readonly #source: QuerySource<V>
  readonly #query: ParsedQuery
  readonly #options: CallOptions
  readonly #keyTests: readonly Test[]
  readonly #statTests: readonly Test[]
  readonly #valueTests: readonly Test[]
  readonly #needs: ReadonlySet<FieldKind>

  constructor(source: QuerySource<V>, query: ParsedQuery, options: CallOptions) {
    this.#source = source
    this.#query = query
    this.#options = options
    this.#needs = kindsNeeded(query)
    const staged = query.where.map(condition => ({ kinds: kindsOf(condition), test: testOf(condition) }))
    const testsOf = (isOf: (kinds: ReadonlySet<FieldKind>) => boolean) =>
      staged.filter(({ kinds }) => isOf(kinds)).map(({ test }) => test)
    const speaksOfStat = (kinds: ReadonlySet<FieldKind>) => kinds.has('size') || kinds.has('mtime')
    this.#valueTests = testsOf(kinds => kinds.has('value'))
    this.#statTests = testsOf(kinds => !kinds.has('value') && speaksOfStat(kinds))
    this.#keyTests = testsOf(kinds => !kinds.has('value') && !speaksOfStat(kinds))
  }

  /** Whether judging an entry takes more than its key. */
  get readsToJudge(): boolean {
    return [...this.#needs].some(kind => kind !== 'key')
  }

  /** Whether giving a found entry may take more reading. */
  get readsToGive(): boolean {
    return !this.#query.keysOnly || this.#query.withStat
  }

  /** Judges by the key alone. */
  passesByKey(key: Key): boolean {
    const facts: Facts = { key, size: undefined, mtime: undefined, value: undefined }
    return this.#keyTests.every(test => test(facts))
  }

  /** An answer of which nothing but the key had to be known. */
  placeByKey(key: Key): Found<V> {
    const facts: Facts = { key, size: undefined, mtime: undefined, value: undefined }
    return { key, place: placeOf(this.#query.orderBy, facts), stat: undefined, value: undefined }
  }

  /** Reads what judging an entry takes, once its key has passed; `undefined` when it is no answer. */
  async judge({ key, size: listedSize }: Walked): Promise<Found<V> | undefined> {
    return orGone(async () => {
      const needsStat = this.#needs.has('mtime') || (this.#needs.has('size') && listedSize === undefined)
      const stat = needsStat ? await this.#source.stat(key, this.#options) : undefined
      const size = stat?.size ?? listedSize
      const known: Facts = { key, size, mtime: stat?.mtime, value: undefined }
      if (!this.#statTests.every(test => test(known))) return undefined
      const value = this.#needs.has('value') ? { it: await this.#source.get(key, this.#options) } : undefined
      const facts: Facts = { ...known, value: value?.it }
      if (!this.#valueTests.every(test => test(facts))) return undefined
      return { key, place: placeOf(this.#query.orderBy, facts), stat, value }
    })
  }

  /** The entry as it is given to the caller; `undefined` when it is gone since. */
  async give({ key, stat, value }: Found<V>): Promise<Entry<V> | undefined> {
    const { keysOnly, withStat } = this.#query
    return orGone(async () => ({
      key,
      ...(!keysOnly && {
        value: value === undefined ? await this.#source.get(key, this.#options) : value.it,
      }),
      ...(withStat && { stat: stat ?? (await this.#source.stat(key, this.#options)) }),
    }))
  }
}

async function orGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
