import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { hasSomethingToPut, judge, NEW_VALUE, type ValueDocument } from './document.ts'
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
  uploadBlob,
  type ValueAddress,
  type Version,
  WHOLE_LIMIT,
} from './value-calls.ts'

type Transfer = (signal: AbortSignal, report: (done: number) => void) => Promise<void>

/**
 * What the host does for one value: reads, puts and transfers. Each shows its outcome in the document; a failure is
 * shown there, not thrown, and the edits stay.
 */
export class ValueEffects {
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #document: ValueDocument
  #reading = new AbortController()
  #lastPut: Promise<void> = Promise.resolve()
  #transfer: AbortController | undefined

  constructor(client: Client, address: ValueAddress, document: ValueDocument) {
    this.#client = client
    this.#address = address
    this.#document = document
  }

  /** Shows the value as the store has it now, whatever was shown before. */
  async load(): Promise<void> {
    await this.#read(() => true)
  }

  /** Compares with the store: reloads where that loses nothing, otherwise raises a conflict. */
  async compare(): Promise<void> {
    try {
      const theirs = await this.#stat()
      const verdict = judge(this.#document.state, theirs)
      if (verdict === 'conflict') this.#document.dispatch({ type: 'seen', theirs })
      if (verdict === 'reload') await this.#read(() => !hasSomethingToPut(this.#document.state))
      if (verdict === 'same') this.#endConflict(theirs)
    } catch (error) {
      this.#showFailure(error)
    }
  }

  /** Makes `version` the base and drops the edits. */
  take(version: Version): void {
    this.#document.rebase(version.bytes)
    this.#document.dispatch({ type: 'loaded', base: version })
  }

  /** Resolves when no put is running. */
  get idle(): Promise<void> {
    return this.#lastPut
  }

  /** Puts the edits, after the puts before; never over a version that nobody saw. Without edits nothing is written. */
  put(): Promise<void> {
    this.#lastPut = this.#lastPut.then(() => this.#put())
    return this.#lastPut
  }

  /** Lets the next put replace `theirs`, or create the value if `theirs` is `undefined`. */
  accept(theirs: StatValue | undefined): void {
    this.#document.dispatch({ type: 'accepted', theirs })
  }

  /** Loads a large value as a whole, so that it can be edited. */
  async loadAll(): Promise<void> {
    await this.#run('Loading', this.#document.base.stat?.size, async (signal, report) => {
      this.take(await readWhole(this.#client, this.#address, signal, report))
    })
    await this.compare()
  }

  /** Streams the value into a file that the person picks, or into a download. */
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

  /** Puts a file's bytes in place of the version that is shown. A put that is cancelled leaves both as they were. */
  async #putFile(file: File): Promise<void> {
    this.#document.dispatch({ type: 'dismissed' })
    await this.#run('Replacing', file.size, async (signal, report) => {
      try {
        const rules = rulesFor(this.#document.base.stat)
        await uploadBlob(this.#client, this.#address, file, rules, { signal, report })
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

  /** @param mayTake Asked when the bytes have arrived, because somebody may have typed meanwhile. */
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
    const { base } = this.#document
    const wasLoadedAll = base.isWhole && base.bytes.length > WHOLE_LIMIT
    const head = await readHead(this.#client, this.#address, signal)
    if (head.isWhole || !wasLoadedAll || (head.stat?.size ?? 0) > LOAD_ALL_LIMIT) return head
    return readWhole(this.#client, this.#address, signal, () => undefined)
  }

  /** Keeps the edits, unless the value is gone and they may be dropped. */
  #readFailed(error: unknown, mayTake: boolean): void {
    const isGone = mayTake && hasFailed(error, 'NOT_FOUND')
    if (isGone) this.#document.rebase(NEW_VALUE.bytes)
    const keepsEdits = !isGone && hasSomethingToPut(this.#document.state)
    this.#document.dispatch({ type: keepsEdits ? 'failed' : 'loadFailed', failure: failureOf(error) })
  }

  /** Ends a conflict when the value is again what it was when the edits began. */
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
    if (replacement !== undefined) return this.#putFile(replacement)
    const captured = this.#document.capture()
    const { bytes } = captured
    this.#document.dispatch({ type: 'putting' })
    try {
      const stat = await putBytes(this.#client, this.#address, bytes, rulesFor(state.base.stat))
      captured.adopt()
      const base = { bytes, stat, isWhole: true }
      this.#document.dispatch({ type: 'put', base, isDirty: this.#document.isDirty })
    } catch (error) {
      await this.#showRefusal(error)
    }
  }

  /** Shows a write that met another version as a conflict, any other failure as it is. */
  async #showRefusal(error: unknown): Promise<void> {
    try {
      if (hasFailed(error, 'CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND')) {
        const theirs = await this.#stat()
        if (judge(this.#document.state, theirs) !== 'same') {
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
