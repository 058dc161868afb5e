import type { Client } from '../../../api/client.ts'
import { failureOf } from './call-failure.ts'
import { openStream, readWhole, type ValueAddress } from './read-value.ts'
import { chooseSaveTarget } from './save-target.ts'
import type { ValueLoader } from './value-loader.ts'
import type { ValueState } from './value-state.ts'
import type { ValueWriter } from './value-writer.ts'
import { rulesFor, uploadBlob } from './write-value.ts'

type Work = (signal: AbortSignal, report: (done: number) => void) => Promise<void>

/** Moves large values between store, window and files: one at a time, with progress and cancel. */
export class ValueTransfers {
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #state: ValueState
  readonly #loader: ValueLoader
  readonly #writer: ValueWriter
  #running: AbortController | undefined
  #refusedFile: Blob | undefined

  constructor(
    client: Client,
    address: ValueAddress,
    parts: { readonly state: ValueState; readonly loader: ValueLoader; readonly writer: ValueWriter },
  ) {
    this.#client = client
    this.#address = address
    this.#state = parts.state
    this.#loader = parts.loader
    this.#writer = parts.writer
  }

  /** A file whose put met a conflict. */
  get refusedFile(): Blob | undefined {
    return this.#refusedFile
  }

  /** Takes a large value into the window as a whole, so that it can be edited. */
  async loadAll(): Promise<void> {
    await this.#run('Loading', this.#state.base.stat?.size, async (signal, report) => {
      this.#loader.take(await readWhole(this.#client, this.#address, signal, report))
    })
    await this.#loader.look()
  }

  /** Streams the value into a file that the person picks, or into a download. */
  async saveToFile(name: string): Promise<void> {
    const target = await chooseSaveTarget(name).catch((error: unknown) => this.#failed(error))
    if (target === undefined) return
    await this.#run('Saving to file', this.#state.base.stat?.size, async (signal, report) => {
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

  /** Puts a file's bytes in place of the value, over the version that is shown. */
  async replaceFrom(file: Blob): Promise<void> {
    this.#refusedFile = undefined
    await this.#run('Replacing', file.size, async (signal, report) => {
      try {
        await uploadBlob(this.#client, this.#address, file, rulesFor(this.#state.base.stat), {
          signal,
          report,
        })
      } catch (error) {
        if (signal.aborted) throw error
        this.#refusedFile = file
        await this.#writer.refused(error)
        return
      }
      await this.#loader.load()
    })
  }

  cancel(): void {
    this.#running?.abort()
  }

  /** Forgets a refused file: their version was chosen. */
  forget(): void {
    this.#refusedFile = undefined
  }

  async #run(label: string, total: number | undefined, work: Work): Promise<void> {
    if (this.#running !== undefined) return
    const controller = new AbortController()
    this.#running = controller
    const report = (done: number) =>
      this.#state.show({ task: { label, done, total, cancel: () => controller.abort() } })
    report(0)
    try {
      await work(controller.signal, report)
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(error)
    } finally {
      this.#running = undefined
      this.#state.show({ task: undefined })
    }
  }

  #failed(error: unknown): undefined {
    this.#state.dispatch({ type: 'failed', failure: failureOf(error) })
  }
}
