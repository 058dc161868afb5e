import type { Stage } from '../../../../core/values/pipeline.ts'
import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { decodeVersion, encodeShown, isShownWhole, viewOf } from './decoding.ts'
import { compareVersions, hasSomethingToPut, NEW_VALUE, type ValueDocument } from './document.ts'
import { chooseSaveTarget } from './save-target.ts'
import {
  failureOf,
  hasFailed,
  LOAD_ALL_LIMIT,
  openStream,
  putBytes,
  readHead,
  readWhole,
  rulesFor,
  type StoredVersion,
  uploadBlob,
  type ValueAddress,
  type Version,
  WHOLE_LIMIT,
} from './value-calls.ts'

type Transfer = (signal: AbortSignal, report: (done: number) => void) => Promise<void>

/** Callbacks of the window for puts. */
export interface PutEvents {
  /** Called before a put, with the size of the larger of the old and the new value, in bytes. False cancels the put. */
  readonly mayPut: (bytes: number) => Promise<boolean>
  /** Called after a put, with the history entry that undoes it. */
  readonly put: (entry: number | undefined) => void
}

/**
 * The calls to the host for one value: reads, puts and transfers. Each shows its result in the document. A failure is
 * shown there, not thrown, and the edits stay.
 */
export class ValueEffects {
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #document: ValueDocument
  #events: PutEvents = { mayPut: async () => true, put: () => undefined }
  /** The stages that a person chose; the rest is detected. */
  #choice: readonly Stage[]
  #reading = new AbortController()
  #lastPut: Promise<void> = Promise.resolve()
  #transfer: AbortController | undefined

  constructor(client: Client, address: ValueAddress, document: ValueDocument, choice: readonly Stage[]) {
    this.#choice = choice
    this.#client = client
    this.#address = address
    this.#document = document
  }

  /** Calls `events` for each put from now on. */
  setEvents(events: PutEvents): void {
    this.#events = events
  }

  /** Shows the stored value, and drops what was shown before. */
  async load(): Promise<void> {
    await this.#read(() => true)
  }

  /** Compares with the store: reloads if that loses nothing, otherwise raises a conflict. */
  async compare(): Promise<void> {
    try {
      const theirs = await this.#stat()
      this.#document.dispatch({ type: 'reached' })
      const verdict = compareVersions(this.#document.state, theirs)
      if (verdict === 'conflict') this.#document.dispatch({ type: 'seen', theirs })
      if (verdict === 'reload') await this.#read(() => !hasSomethingToPut(this.#document.state))
      if (verdict === 'same') this.#endConflict(theirs)
    } catch (error) {
      this.#document.dispatch({ type: 'notCompared', failure: failureOf(error) })
    }
  }

  /** Makes `version` the base and drops the edits. */
  take(version: Version): void {
    if (viewOf(version.decoding.pipeline) !== viewOf(this.#document.base.decoding.pipeline))
      this.#document.release()
    this.#document.rebase(version.bytes)
    this.#document.dispatch({ type: 'loaded', base: version })
  }

  /** Resolves when no put is running. */
  get idle(): Promise<void> {
    return this.#lastPut
  }

  /** Puts the edits, after earlier puts; never over an unseen version. Without edits nothing is written. */
  put(): Promise<void> {
    this.#lastPut = this.#lastPut.then(() => this.#put())
    return this.#lastPut
  }

  /** Lets the next put replace `theirs`, or create the value if `theirs` is `undefined`. */
  accept(theirs: StatValue | undefined): void {
    this.#document.dispatch({ type: 'accepted', theirs })
  }

  /** A version as it is shown by the stages that were chosen. */
  decode(version: StoredVersion, signal?: AbortSignal): Promise<Version> {
    return decodeVersion(this.#client, this.#address.key, this.#choice, version, signal)
  }

  /**
   * Shows the value by other stages, the edits with it.
   * @returns Whether it is shown so: edits that cannot be encoded, or decoded so, stay as they are, with the reason.
   */
  async choose(choice: readonly Stage[]): Promise<boolean> {
    const { state } = this.#document
    const before = this.#choice
    this.#choice = choice
    if (state.phase !== 'open') return true
    const { base } = state
    try {
      const edits = this.#document.isEdited
        ? await encodeShown(this.#client, base, this.#document.currentBytes())
        : undefined
      const stored = { bytes: base.stored, isWhole: base.isWhole, stat: base.stat }
      if (!base.isWhole && isShownWhole(stored, choice)) {
        await this.load()
        return true
      }
      const next = await this.decode(stored)
      const edited = edits === undefined ? undefined : await this.#decodeEdits(edits, next)
      if (this.#document.base !== base) return false
      // The editor that is there stays the right one.
      const isSame = viewOf(next.decoding.pipeline) === viewOf(base.decoding.pipeline)
      if (isSame && next.decoding.problem === base.decoding.problem) return true
      this.#document.release()
      this.#document.dispatch({ type: 'decoded', base: next })
      if (edited !== undefined) this.#document.edit(edited)
      return true
    } catch (error) {
      this.#choice = before
      this.#showFailure(error)
      return false
    }
  }

  /** Shows stored bytes as an edit, by the stages that the value is shown by. @returns Whether it could. */
  async editTo(bytes: Uint8Array): Promise<boolean> {
    const { base } = this.#document
    try {
      if (!base.isWhole) throw new Error('Only the beginning of the value is loaded: load all of it first')
      const edited = await this.#decodeEdits(bytes, base)
      if (this.#document.base !== base) return false
      this.#document.edit(edited)
      return true
    } catch (error) {
      this.#showFailure(error)
      return false
    }
  }

  /** The edits, as bytes, by the stages of `next`. */
  async #decodeEdits(bytes: Uint8Array, next: Version): Promise<Uint8Array> {
    const { pipeline } = next.decoding
    const version = { bytes, isWhole: true, stat: next.stat }
    const edited = await decodeVersion(this.#client, this.#address.key, pipeline, version)
    if (viewOf(edited.decoding.pipeline) === viewOf(pipeline)) return edited.bytes
    throw new Error(`Cannot show the edits so: ${edited.decoding.problem ?? 'they are something else'}`)
  }

  /** Loads a large value as a whole, so that it can be edited. */
  async loadAll(): Promise<void> {
    await this.#run('Loading', this.#document.base.stat?.size, async (signal, report) => {
      this.take(await this.decode(await readWhole(this.#client, this.#address, signal, report), signal))
    })
    await this.compare()
  }

  /** Streams the value into a file that the user picks, or into a download. */
  async saveToFile(name: string): Promise<void> {
    const target = await chooseSaveTarget(name).catch((error: unknown) => this.#showFailure(error))
    if (target === undefined) return
    await this.#run('Saving to file', this.#document.base.stat?.size, async (signal, report) => {
      try {
        let done = 0
        const { pieces } = await openStream(this.#client, this.#address, signal)
        for await (const piece of pieces) {
          await target.write(piece)
          done += piece.length
          report(done)
        }
        await target.finish()
      } catch (error) {
        await target.discard()
        throw error
      }
    })
  }

  /** Puts a file's bytes in place of the shown version. A cancelled put changes neither. */
  async #putFile(file: File): Promise<void> {
    this.#document.dispatch({ type: 'dismissed' })
    await this.#run('Replacing', file.size, async (signal, report) => {
      try {
        const rules = rulesFor(this.#document.base.stat)
        const { entry } = await uploadBlob(this.#client, this.#address, file, rules, { signal, report })
        this.#events.put(entry)
      } catch (error) {
        if (signal.aborted) throw error
        await this.#showRefusal(error)
        return
      }
      this.#document.replaceWith(undefined)
      await this.load()
    })
  }

  /** Cancels reads and transfers; a running put ends on its own. */
  stop(): void {
    this.#reading.abort()
    this.#transfer?.abort()
  }

  /** @param mayTake Called when the bytes have arrived, because the user may have typed in the meantime. */
  async #read(mayTake: () => boolean): Promise<void> {
    this.#reading.abort()
    const { signal } = (this.#reading = new AbortController())
    try {
      const version = await this.#readVersion(signal)
      if (signal.aborted) return
      if (mayTake()) this.take(version)
      else this.#document.dispatch({ type: 'seen', theirs: version.stat })
    } catch (error) {
      if (signal.aborted) return
      this.#readFailed(error, mayTake())
    }
  }

  /** Reads a large value as a whole if it was loaded as a whole before. */
  async #readVersion(signal: AbortSignal): Promise<Version> {
    return this.decode(await this.#readStored(signal), signal)
  }

  async #readStored(signal: AbortSignal): Promise<StoredVersion> {
    const { base } = this.#document
    const wasLoadedAll = base.isWhole && base.stored.length > WHOLE_LIMIT
    const head = await readHead(this.#client, this.#address, signal)
    if (
      head.isWhole ||
      (!wasLoadedAll && !isShownWhole(head, this.#choice)) ||
      (head.stat?.size ?? 0) > LOAD_ALL_LIMIT
    )
      return head
    return readWhole(this.#client, this.#address, signal, () => undefined)
  }

  /** Keeps the edits, unless the value is gone and they may be dropped. */
  #readFailed(error: unknown, mayTake: boolean): void {
    const isGone = mayTake && hasFailed(error, 'NOT_FOUND')
    if (isGone) this.#document.rebase(NEW_VALUE.bytes)
    const keepsEdits = !isGone && hasSomethingToPut(this.#document.state)
    this.#document.dispatch({ type: keepsEdits ? 'failed' : 'loadFailed', failure: failureOf(error) })
  }

  /** Ends a conflict if the value is again as it was when the edits began. */
  #endConflict(theirs: StatValue | undefined): void {
    const { state } = this.#document
    if (state.phase === 'open' && state.conflict !== undefined) {
      this.#document.dispatch({ type: 'seen', theirs })
    }
  }

  /** @returns `undefined` if the key does not exist. */
  async #stat(): Promise<StatValue | undefined> {
    try {
      return await this.#client.call('store.stat', this.#address)
    } catch (error) {
      if (hasFailed(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  async #put(): Promise<void> {
    const { state } = this.#document
    if (state.phase !== 'open' || !hasSomethingToPut(state)) return
    const { replacement } = this.#document
    const size = Math.max(
      replacement?.size ?? this.#document.currentBytes().length,
      state.base.stat?.size ?? 0,
    )
    if (!(await this.#events.mayPut(size))) return
    if (replacement !== undefined) return this.#putFile(replacement)
    const captured = this.#document.capture()
    const { bytes } = captured
    this.#document.dispatch({ type: 'putting' })
    try {
      const stored = await encodeShown(this.#client, state.base, bytes)
      const { stat, entry } = await putBytes(this.#client, this.#address, stored, rulesFor(state.base.stat))
      captured.adopt()
      this.#events.put(entry)
      const decoding = { ...state.base.decoding, sizes: [] }
      const base = { bytes, stored, stat, isWhole: true, decoding }
      this.#document.dispatch({ type: 'put', base, isDirty: this.#document.isDirty })
    } catch (error) {
      await this.#showRefusal(error)
    }
  }

  /** Shows a conflict if the write met another version; any other failure as it is. */
  async #showRefusal(error: unknown): Promise<void> {
    try {
      if (hasFailed(error, 'CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND')) {
        const theirs = await this.#stat()
        if (compareVersions(this.#document.state, theirs) !== 'same') {
          this.#document.dispatch({ type: 'seen', theirs })
          return
        }
      }
      this.#showFailure(error)
    } catch (statError) {
      this.#showFailure(statError)
    }
  }

  async #run(label: string, total: number | undefined, work: Transfer): Promise<void> {
    if (this.#transfer !== undefined) return
    const controller = new AbortController()
    this.#transfer = controller
    const report = (done: number) =>
      this.#document.show({ task: { label, done, total, cancel: () => controller.abort() } })
    report(0)
    try {
      await work(controller.signal, report)
    } catch (error) {
      if (!controller.signal.aborted) this.#showFailure(error)
    } finally {
      this.#transfer = undefined
      this.#document.show({ task: undefined })
    }
  }

  #showFailure(error: unknown): undefined {
    this.#document.dispatch({ type: 'failed', failure: failureOf(error) })
  }
}
