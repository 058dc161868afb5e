import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import type { BinaryDatastore, Stat } from '../../../core/datastore.ts'
import { DatastoreError, hasCode, messageOf, reasonFor, throwIfAborted } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { ConflictChoices } from '../../../shared/procedures/many.ts'
import { statIfPresent } from '../transfers/write-version.ts'
import { type ActionParts, movesAway } from './action-parts.ts'
import { type Kept, type KeyIntent, type KeyOutcome, MAX_KEPT } from './action-record.ts'
import { freeSiblingName } from './new-names.ts'
import type { RootPlace } from './roots.ts'
import { isSame } from './same-value.ts'

/** Keys handled concurrently. */
const WIDTH = 16
/** The maximum size of a value that is read whole, in bytes. Larger values are streamed. */
const WHOLE = 256 * 1024

/** A key and where it goes. */
export interface Pair {
  readonly from: Key
  readonly to: Key | undefined
}

/** A key that will be handled, and the value that its undo needs. */
interface Prepared {
  intent: KeyIntent
  readonly stat: Stat
  /** The bytes to keep for the undo; `stream` for a large value. */
  readonly keeps: Uint8Array | 'stream' | undefined
  /** The stat of the value to keep. */
  readonly keepsOf: Stat | undefined
}

/** Handles single keys of an action: records what is about to be done, does it, and records the outcome. */
export class KeyWork {
  readonly #parts: ActionParts
  readonly #conflicts: ConflictChoices
  readonly #isMove: boolean

  constructor(parts: ActionParts) {
    this.#parts = parts
    this.#conflicts = parts.record.about.conflicts
    this.#isMove = movesAway(parts.record.about.action)
  }

  /**
   * @param isFresh Whether nothing is at the new keys yet.
   * @param at The place of the last key among the roots, if each of the keys is a root.
   */
  async handle(pairs: readonly Pair[], isFresh: boolean, at?: RootPlace): Promise<void> {
    const { record, signal, progress } = this.#parts
    throwIfAborted(signal, 'handle')
    const prepared: Prepared[] = []
    const order = new Map(pairs.map((pair, index) => [pair.from.toString(), index]))
    await forEachBounded(pairs, WIDTH, async pair => {
      const one = await this.#prepared(pair, isFresh)
      if (one !== undefined) prepared.push(one)
    })
    const placeOf = ({ intent }: Prepared): number => order.get(intent.from) ?? 0
    prepared.sort((a, b) => placeOf(a) - placeOf(b))
    await this.#keep(prepared)
    const last = pairs.at(-1)?.from.toString() ?? ''
    await record.append(
      { type: 'keys', keys: prepared.map(({ intent }) => intent) },
      // After the intents: a run that continues after a kill completes the intents, then continues after `last`.
      { type: 'at', last, place: at },
    )
    const outcomes: KeyOutcome[] = []
    const failures: unknown[] = []
    await forEachBounded(prepared.entries(), WIDTH, async ([index, { intent, stat }]) => {
      try {
        throwIfAborted(signal, 'handle')
        outcomes[index] = { etag: await this.#perform(intent, stat) }
        progress.handled(1, stat.size)
      } catch (error) {
        outcomes[index] = { stayed: messageOf(error) }
        if (isOfKey(error)) this.#stayed(intent, error)
        else failures.push(error)
      }
    })
    await record.append({ type: 'outcomes', outcomes })
    if (failures.length > 0) throw failures[0]
  }

  /** Keeps the values that an undo needs. */
  async #keep(prepared: readonly Prepared[]): Promise<void> {
    const { record, source, target } = this.#parts
    const whole = prepared.filter(({ keeps }) => keeps instanceof Uint8Array)
    const places = await record.keep(whole.map(({ keeps }) => keeps as Uint8Array))
    for (const [index, one] of whole.entries()) note(one, places[index])
    for (const one of prepared) {
      if (one.keeps !== 'stream') continue
      const { to, from } = one.intent
      const [store, key] = to === undefined ? [source, from] : [target, to]
      note(one, await record.keepStream(store.getStream(Key.parse(key), { fresh: true })))
    }
    function note(one: Prepared, kept: Kept | undefined): void {
      const { expires, expiresHere } = one.keepsOf ?? {}
      one.intent = {
        ...one.intent,
        kept: kept && { ...kept, expires: expiresHere === true ? undefined : expires },
      }
    }
  }

  /** What is to be done with a key; `undefined` if nothing is. */
  async #prepared({ from, to }: Pair, isFresh: boolean): Promise<Prepared | undefined> {
    const { source, target, signal, progress } = this.#parts
    const stat = await statIfPresent(source, from, signal)
    if (stat === undefined) return undefined
    const intent = { from: from.toString(), etag: stat.etag }
    if (to === undefined) return { intent, stat, ...(await this.#toKeep(source, from, stat)) }
    const there = isFresh ? undefined : await statIfPresent(target, to, signal)
    if (there === undefined) {
      return { intent: { ...intent, to: to.toString() }, stat, keeps: undefined, keepsOf: undefined }
    }
    const choice = this.#conflicts.each?.[to.toString()] ?? this.#conflicts.all
    if (choice === 'skip') {
      progress.stayed(from, `"${to.toString()}" exists already`, true)
      return undefined
    }
    if (choice === 'both') {
      const sibling = await freeSiblingName(target, to, signal)
      return { intent: { ...intent, to: sibling.toString() }, stat, keeps: undefined, keepsOf: undefined }
    }
    return {
      intent: { ...intent, to: to.toString(), replaces: there.etag },
      stat,
      ...(await this.#toKeep(target, to, there)),
    }
  }

  async #toKeep(store: BinaryDatastore, key: Key, stat: Stat): Promise<Pick<Prepared, 'keeps' | 'keepsOf'>> {
    const { record, signal } = this.#parts
    if (record.keptBytes + stat.size > MAX_KEPT) {
      if (record.about.canUndo) await record.save({ canUndo: false })
      return { keeps: undefined, keepsOf: undefined }
    }
    if (stat.size > WHOLE) return { keeps: 'stream', keepsOf: stat }
    return { keeps: await store.get(key, { fresh: true, signal }), keepsOf: stat }
  }

  /**
   * Carries out the intent for one key.
   * @returns The etag at its new place; empty if the key was deleted.
   */
  async #perform(intent: KeyIntent, stat: Stat): Promise<string> {
    const { source, target } = this.#parts
    const [from, to] = [Key.parse(intent.from), intent.to === undefined ? undefined : Key.parse(intent.to)]
    if (to === undefined) {
      await source.delete(from, { ifMatch: intent.etag })
      return ''
    }
    if (this.#isMove && source === target && intent.replaces === undefined) {
      await source.rename(from, to, { replace: false })
      return (await source.stat(to)).etag
    }
    const { etag } = await target.put(to, await this.#valueOf(from, stat), {
      ...(intent.replaces === undefined ? { replace: false } : { ifMatch: intent.replaces }),
      ttl: target.capabilities.write.ttl ? timeLeft(stat) : undefined,
    })
    // A newer version that others put in the meantime stays.
    if (this.#isMove) await source.delete(from, { ifMatch: intent.etag })
    return etag
  }

  /** The reason why a key stayed. The key itself is reported next to it. */
  #stayed({ from }: KeyIntent, error: unknown): void {
    const key = Key.parse(from)
    this.#parts.progress.stayed(key, reasonFor(error, key), false)
  }

  async #valueOf(key: Key, { size }: Stat): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
    const { source, signal } = this.#parts
    if (size <= WHOLE) return source.get(key, { fresh: true })
    return source.getStream(key, { fresh: true, signal })
  }

  /** Finds out which of the keys that a killed process was handling are done, and completes the others. */
  async settle(keys: readonly KeyIntent[]): Promise<void> {
    const { record, progress } = this.#parts
    const outcomes: KeyOutcome[] = []
    await forEachBounded(keys.entries(), WIDTH, async ([index, intent]) => {
      try {
        outcomes[index] = { etag: await this.#settled(intent) }
        progress.handled(1, 0)
      } catch (error) {
        outcomes[index] = { stayed: messageOf(error) }
        if (!isOfKey(error)) throw error
        this.#stayed(intent, error)
      }
    })
    await record.append({ type: 'outcomes', outcomes })
  }

  /**
   * @returns As `#perform`.
   * @throws DatastoreError `NOT_FOUND`, `CONFLICT` if others changed one of the keys.
   */
  async #settled(intent: KeyIntent): Promise<string> {
    const { source, target } = this.#parts
    const [from, to] = [Key.parse(intent.from), intent.to === undefined ? undefined : Key.parse(intent.to)]
    const stat = await statIfPresent(source, from)
    if (to === undefined) return stat === undefined ? '' : this.#perform(intent, stat)
    const there = await statIfPresent(target, to)
    if (there === undefined || there.etag === intent.replaces) {
      if (stat === undefined) throw new DatastoreError('NOT_FOUND', 'it is gone')
      return this.#perform(intent, stat)
    }
    if (stat === undefined && this.#isMove) return there.etag
    if (stat === undefined || !(await isSame(source, from, target, to, stat.size, there.size))) {
      throw new DatastoreError(
        'CONFLICT',
        `"${intent.to ?? ''}" was changed by somebody else in the meantime`,
      )
    }
    if (this.#isMove) await source.delete(from, { ifMatch: stat.etag })
    return there.etag
  }
}

/** What is left of a time to live, in milliseconds. */
function timeLeft({ expires, expiresHere }: Stat): number | undefined {
  return expires === undefined || expiresHere === true ? undefined : Math.max(1, expires - Date.now())
}

/** Whether a failure concerns only one key. Other failures end the action. */
function isOfKey(error: unknown): boolean {
  return [
    'ACCESS_DENIED',
    'ALREADY_EXISTS',
    'CONFLICT',
    'CORRUPT',
    'KEY_INVALID',
    'NOT_FOUND',
    'UNSUPPORTED',
    'VALUE_INVALID',
  ].some(code => hasCode(error, code as DatastoreError['code']))
}
