import { isByteSource } from '../../bytes.ts'
import { contextOf } from '../../call-context.ts'
import { passesStreams } from '../../capabilities.ts'
import type {
  CallOptions,
  Change,
  DeleteOptions,
  Entry,
  GetOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  SpanContext,
  Stat,
  StoreStats,
  ValueSource,
} from '../../datastore.ts'
import { isNotFound, isRefused, NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Query, QueryOptions, QueryPlan } from '../../query/query.ts'
import type { TierMode, Tiers } from './tier-mode.ts'

/**
 * Writes that reach the last tier before they resolve: it is the truth, judges them alone, and answers `list`, `query`,
 * `stats` and `stat`. The tiers above get a copy (write-through) or lose theirs (write-around).
 */
export class DirectMode<V> implements TierMode<V> {
  readonly #tiers: Tiers<V>
  readonly #copiesUp: boolean

  /** @param copiesUp Whether a put leaves copies in the tiers above. */
  constructor(tiers: Tiers<V>, copiesUp: boolean) {
    this.#tiers = tiers
    this.#copiesUp = copiesUp
  }

  get(key: Key, options: GetOptions): Promise<V> {
    return this.#tiers.reads.get(key, options)
  }

  stream(key: Key, options: RangeOptions): AsyncIterable<Uint8Array> {
    return this.#tiers.reads.stream(key, options)
  }

  has(key: Key, options: CallOptions): Promise<boolean> {
    return this.#tiers.reads.has(key, options)
  }

  stat(key: Key, options: CallOptions): Promise<Stat> {
    return this.#tiers.reads.stat(key, options)
  }

  async put(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult> {
    const { upper, last } = this.#tiers
    const result = await this.#putLast(key, value, options)
    const isSource = last.capabilities.objects !== true && isByteSource(value)
    const copy = () => (isSource ? this.#written(key, options.span) : value)
    await Promise.all(
      upper.map(tier =>
        this.#copiesUp ? tier.write(key, copy, options.span) : tier.forget(key, options.span),
      ),
    )
    return result
  }

  async delete(key: Key, options: DeleteOptions): Promise<void> {
    const wasAbove = await this.#dropAbove([key], options)
    try {
      await this.#tiers.last.delete(key, { ...options, missingOk: false })
    } catch (error) {
      if (!isNotFound(error) || !(wasAbove || options.missingOk === true)) throw error
    }
  }

  async rename(from: Key, to: Key, options: RenameOptions): Promise<void> {
    const { last } = this.#tiers
    if (!(await last.has(from, contextOf(options)))) return this.#renameCopy(from, to, options)
    await this.#dropAbove([from, to], options)
    await last.rename(from, to, options)
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.#tiers.last.list(prefix, options)
  }

  query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return this.#tiers.last.query(query, options)
  }

  explainQuery(query: Query): QueryPlan {
    return { store: 'tiered', native: [], scanned: [], children: [this.#tiers.last.explainQuery(query)] }
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.#tiers.last.stats(options)
  }

  sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#tiers.last.sync(prefix, options)
  }

  watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.#tiers.last.watch(prefix, options)
  }

  finish(): Promise<void> {
    return this.#tiers.fills.drain()
  }

  /** A put that failed may have happened all the same: then the copies above that are still there are old. */
  async #putLast(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult> {
    const { last, upper } = this.#tiers
    await Promise.all(upper.map(tier => tier.giveWay(key, options.span)))
    try {
      return await last.put(key, value, options)
    } catch (error) {
      if (!isRefused(error)) await Promise.all(upper.map(tier => tier.forget(key, options.span)))
      throw error
    }
  }

  /** Renames what only an upper tier has: the truth gets it under its new name. */
  async #renameCopy(from: Key, to: Key, options: RenameOptions): Promise<void> {
    const value = await this.#tiers.reads.get(from, contextOf(options)).catch((cause: unknown) => {
      throw isNotFound(cause) ? new NotFoundError('rename', from, { cause }) : cause
    })
    await this.#putLast(to, value, { ...contextOf(options), replace: options.replace })
    await this.#dropAbove([from, to], options)
  }

  /** What the last tier has just taken, to be read from there: a stream can be read once only. */
  #written(key: Key, span: SpanContext | undefined): ValueSource<V> | Promise<V> {
    const { last } = this.#tiers
    return passesStreams(last.capabilities)
      ? (last.getStream(key, { span }) as unknown as ValueSource<V>)
      : last.get(key, { span })
  }

  /** @returns Whether any upper tier had any of the keys. */
  async #dropAbove(keys: readonly Key[], options: CallOptions): Promise<boolean> {
    const drops = this.#tiers.upper.flatMap(tier => keys.map(key => tier.drop(key, contextOf(options))))
    return (await Promise.all(drops)).includes(true)
  }
}
