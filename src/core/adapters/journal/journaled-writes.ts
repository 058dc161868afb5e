import { type Collected, collectUpTo, isByteSource } from '../../bytes.ts'
import { contextOf } from '../../call-context.ts'
import type {
  BinaryDatastore,
  ByteSource,
  CallOptions,
  DeleteOptions,
  PutOptions,
  PutResult,
  RenameOptions,
} from '../../datastore.ts'
import { DatastoreError, failure, hasCode, isAborted, reason, reasonOf } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { checkPreconditions } from '../../preconditions.ts'
import { type HeldValue, heldValue } from './held-value.ts'
import type { JournalAction, JournalEntry, RecordedValue } from './journal-entry.ts'
import type { IntendedChange } from './record-codec.ts'
import { stepsFor, takeStep } from './steps.ts'
import type { WriteRecorder } from './write-recorder.ts'

/**
 * Writes to a store, each recorded before and marked after. Calls on one key have to come one at a time. A write that
 * says nothing of the version it replaces is bound to the one that was recorded, and begins anew when it was overtaken.
 */
export class JournaledWrites {
  readonly #store: BinaryDatastore
  readonly #recorder: WriteRecorder
  readonly #maxValueBytes: number

  /** @param maxValueBytes Bytes of the largest value that is recorded. */
  constructor(store: BinaryDatastore, recorder: WriteRecorder, maxValueBytes: number) {
    this.#store = store
    this.#recorder = recorder
    this.#maxValueBytes = maxValueBytes
  }

  async put(key: Key, value: Uint8Array | ByteSource, options: PutOptions): Promise<PutResult> {
    if (!isByteSource(value)) return this.#putWhole(key, value, options)
    const collected = await collectUpTo(this.#maxValueBytes, value, key, options.signal)
    return 'whole' in collected
      ? this.#putWhole(key, collected.whole, options)
      : this.#putStream(key, collected, options)
  }

  async delete(key: Key, options: DeleteOptions): Promise<void> {
    await this.#whileOvertaken(
      'delete',
      [key],
      options,
      async ([held]) => {
        // Where there is nothing, nothing is written: the store below says what that means.
        if (held?.etag === undefined) return this.#store.delete(key, options)
        const ifMatch = options.ifMatch ?? held.etag
        checkPreconditions('delete', key, { etag: held.etag }, { ifMatch })
        const changes = [{ key, before: held.value, after: 'absent', etag: held.etag } as const]
        return this.#recorder.around('delete', changes, () =>
          this.#store.delete(key, { ...options, ifMatch }),
        )
      },
      error => hasCode(error, 'CONFLICT') && options.ifMatch === undefined,
    )
  }

  async rename(from: Key, to: Key, options: RenameOptions): Promise<void> {
    if (from.equals(to)) return this.#store.rename(from, to, options)
    await this.#whileOvertaken(
      'rename',
      [from, to],
      options,
      async ([source, target]) => {
        if (source?.etag === undefined || target === undefined) return this.#store.rename(from, to, options)
        // Both names may be one below: then nothing moves, and nothing is replaced.
        const mayChangeNothing = this.#store.capabilities.manyToOne
        if (target.etag !== undefined && !mayChangeNothing)
          checkPreconditions('rename', to, { etag: target.etag }, { replace: options.replace })
        const changes: IntendedChange[] = [
          { key: from, before: source.value, after: 'absent', etag: source.etag },
          { key: to, before: target.value, after: source.value, etag: target.etag },
        ]
        const replace = target.etag === undefined ? false : options.replace
        return this.#recorder.around(
          'rename',
          changes,
          () => this.#store.rename(from, to, { ...options, replace }),
          { mayChangeNothing },
        )
      },
      error => hasCode(error, 'ALREADY_EXISTS') && options.replace !== false,
    )
  }

  /** Takes an entry back, or makes it again; gives the number of the entry for that, if anything was to be done. */
  async apply(
    action: 'undo' | 'redo',
    { sequence, changes }: JournalEntry,
    options: CallOptions,
  ): Promise<number | undefined> {
    const direction = action === 'undo' ? 'backward' : 'forward'
    const steps = await stepsFor(this.#store, action, changes, direction, options)
    if (steps.length === 0) return undefined
    const intended = steps.map(({ key, from, to, etag }) => ({ key, before: from, after: to, etag }))
    return this.#recorder.around(
      action,
      intended,
      async write => {
        for (const step of steps) {
          await takeStep(this.#store, action, step, options)
          write.made++
        }
        return write.sequence
      },
      { of: sequence },
    )
  }

  async #putWhole(key: Key, value: Uint8Array, options: PutOptions): Promise<PutResult> {
    const after = value.length > this.#maxValueBytes ? 'too-large' : value
    return this.#whileOvertaken(
      'put',
      [key],
      options,
      ([held]) => {
        const guard = held?.etag === undefined ? { replace: false } : { ifMatch: held.etag }
        return this.#putOver(key, held, after, options, () =>
          this.#store.put(key, value, { ...options, ...guard }),
        )
      },
      error => {
        if (options.ifMatch !== undefined) return false
        return hasCode(error, 'CONFLICT') || (hasCode(error, 'ALREADY_EXISTS') && options.replace !== false)
      },
    )
  }

  /** A stream that was begun cannot be put again, so what it replaces is whatever it meets. */
  async #putStream(
    key: Key,
    stream: Extract<Collected, { readonly source: unknown }>,
    options: PutOptions,
  ): Promise<PutResult> {
    try {
      const held = await this.#held('put', key, options)
      return await this.#putOver(key, held, 'too-large', options, () =>
        this.#store.put(key, stream.source, options),
      )
    } catch (error) {
      // A source that hangs may never let go, so nobody waits for it.
      void stream.discard().catch(() => undefined)
      throw error
    }
  }

  #putOver<T>(
    key: Key,
    held: HeldValue | undefined,
    after: RecordedValue,
    options: PutOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    const etag = held?.etag
    checkPreconditions('put', key, etag === undefined ? undefined : { etag }, options)
    return this.#recorder.around('put', [{ key, before: held?.value ?? 'absent', after, etag }], work)
  }

  /** Makes a write over what the keys hold; once more when it was refused because somebody else changed them meanwhile. */
  async #whileOvertaken<T>(
    action: JournalAction,
    keys: readonly Key[],
    options: CallOptions,
    write: (held: readonly HeldValue[]) => Promise<T>,
    mayBeOvertaken: (error: unknown) => boolean,
  ): Promise<T> {
    let held = await this.#heldAll(action, keys, options)
    for (;;) {
      try {
        return await write(held)
      } catch (error) {
        if (!mayBeOvertaken(error)) throw error
        const now = await this.#heldAll(action, keys, options)
        if (now.every(({ etag }, index) => etag === held[index]?.etag)) throw error
        held = now
      }
    }
  }

  #heldAll(action: JournalAction, keys: readonly Key[], options: CallOptions): Promise<HeldValue[]> {
    return Promise.all(keys.map(key => this.#held(action, key, options)))
  }

  async #held(action: JournalAction, key: Key, options: CallOptions): Promise<HeldValue> {
    try {
      return await heldValue(this.#store, key, this.#maxValueBytes, contextOf(options))
    } catch (error) {
      if (isAborted(error) || !(error instanceof DatastoreError)) throw error
      const state = reason`what it replaces cannot be recorded (${reasonOf(error)})`
      throw failure(error.code, action, key, state, error)
    }
  }
}
