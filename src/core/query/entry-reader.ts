import type { CallOptions, Entry, Stat } from '../datastore.ts'
import { isNotFound } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Datastore } from '../open/datastore.ts'
import { kindsOf, type Test, testOf } from './condition.ts'
import type { Facts, FieldKind } from './field.ts'
import { type Placed, placeOf } from './order.ts'
import { kindsNeeded, type ParsedQuery } from './parse-query.ts'
import { viewOf } from './value-view.ts'
import type { Walked } from './walk.ts'

/** The calls that answering a query needs. */
export type QuerySource<V> = Pick<Datastore<V>, 'list' | 'has' | 'stat' | 'get'>

/** An entry that matches the query, with what was read of it to decide that. */
export interface Found<V> extends Placed {
  readonly stat: Stat | undefined
  readonly value: { readonly it: V } | undefined
}

/** A condition on size or time, and perhaps on the key. */
interface StatTest {
  readonly kinds: ReadonlySet<FieldKind>
  readonly test: Test
}

/**
 * Reads no more of an entry than its query needs, cheapest first: conditions on the key, then on the stat, then on the
 * value. An entry that was deleted in the meantime does not match.
 */
export class EntryReader<V> {
  readonly #source: QuerySource<V>
  readonly #query: ParsedQuery
  readonly #options: CallOptions
  readonly #keyTests: readonly Test[]
  readonly #statTests: readonly StatTest[]
  readonly #valueTests: readonly Test[]
  readonly #needs: ReadonlySet<FieldKind>
  readonly #isOrdered: boolean

  constructor(source: QuerySource<V>, query: ParsedQuery, options: CallOptions) {
    this.#source = source
    this.#query = query
    this.#options = options
    this.#needs = kindsNeeded(query)
    this.#isOrdered = query.orderBy.length > 0
    const staged = query.where.map(condition => ({ kinds: kindsOf(condition), test: testOf(condition) }))
    const testsOf = (isOf: (kinds: ReadonlySet<FieldKind>) => boolean) =>
      staged.filter(({ kinds }) => isOf(kinds)).map(({ test }) => test)
    const usesStat = (kinds: ReadonlySet<FieldKind>) => kinds.has('size') || kinds.has('mtime')
    this.#valueTests = testsOf(kinds => kinds.has('value'))
    this.#statTests = staged.filter(({ kinds }) => !kinds.has('value') && usesStat(kinds))
    this.#keyTests = testsOf(kinds => !kinds.has('value') && !usesStat(kinds))
  }

  /** Checks the conditions on the key only. */
  passesByKey(key: Key): boolean {
    if (this.#keyTests.length === 0) return true
    const facts: Facts = { key, size: undefined, mtime: undefined, value: undefined }
    return this.#keyTests.every(test => test(facts))
  }

  /** Checks the other conditions, reading what that requires; `undefined` if the entry does not match. */
  match(walked: Walked): Found<V> | undefined | Promise<Found<V> | undefined> {
    const { key, size, mtime } = walked
    const isUnknown = (kind: FieldKind) =>
      (kind === 'size' && size === undefined) || (kind === 'mtime' && mtime === undefined)
    const facts: Facts = { key, size, mtime, value: undefined }
    // What the listing has said may spare the read.
    const isRefused = ({ kinds, test }: StatTest) => ![...kinds].some(isUnknown) && !test(facts)
    if (this.#statTests.some(isRefused)) return undefined
    const needsStat = [...this.#needs].some(isUnknown)
    if (needsStat || this.#needs.has('value')) return orGone(() => this.#readAndMatch(facts, needsStat))
    return this.#found(facts, undefined, undefined)
  }

  /** The entry as the caller gets it; `undefined` if it was deleted in the meantime. */
  toEntry({ key, stat, value }: Found<V>): Entry<V> | Promise<Entry<V> | undefined> {
    const { keysOnly, withStat } = this.#query
    if (keysOnly && !withStat) return { key }
    return orGone(async () => ({
      key,
      ...(!keysOnly && {
        value: value === undefined ? await this.#source.get(key, this.#options) : value.it,
      }),
      ...(withStat && { stat: stat ?? (await this.#source.stat(key, this.#options)) }),
    }))
  }

  async #readAndMatch(listed: Facts, needsStat: boolean): Promise<Found<V> | undefined> {
    const { key } = listed
    const stat = needsStat ? await this.#source.stat(key, this.#options) : undefined
    const known: Facts = stat === undefined ? listed : { ...listed, size: stat.size, mtime: stat.mtime }
    if (!this.#statTests.every(({ test }) => test(known))) return undefined
    const value = this.#needs.has('value') ? { it: await this.#source.get(key, this.#options) } : undefined
    const facts: Facts = { ...known, value: viewOf(value?.it) }
    return this.#valueTests.every(test => test(facts)) ? this.#found(facts, stat, value) : undefined
  }

  #found(facts: Facts, stat: Found<V>['stat'], value: Found<V>['value']): Found<V> {
    const place = this.#isOrdered ? placeOf(this.#query.orderBy, facts) : NO_PLACE
    return { key: facts.key, place, stat, value }
  }
}

const NO_PLACE: readonly unknown[] = []

async function orGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
