import type { Input, Output } from '../../../../shared/contract.ts'
import type { Client } from '../../../api/client.ts'

/** Rows of one page, which are requested and evicted together. */
export const PAGE_ROWS = 200

export type RowsReply = Output<'levels.rows'>
export type FindReply = Output<'levels.find'>

/** The calls about the levels of one session. */
export class LevelCalls {
  readonly #client: Client
  readonly #session: string
  readonly #ended = new AbortController()

  constructor(client: Client, session: string) {
    this.#client = client
    this.#session = session
  }

  get session(): string {
    return this.#session
  }

  rows(prefix: string, offset: number, limit: number, signal?: AbortSignal): Promise<RowsReply> {
    const input: Input<'levels.rows'> = { session: this.#session, prefix, offset, limit }
    return this.#client.call('levels.rows', input, { signal: this.#orEnded(signal) })
  }

  /** The row of `name`, or the first row that is not before it. */
  find(prefix: string, name: string, signal?: AbortSignal): Promise<FindReply> {
    const input: Input<'levels.find'> = { session: this.#session, prefix, name }
    return this.#client.call('levels.find', input, { signal: this.#orEnded(signal) })
  }

  async refresh(prefix: string): Promise<void> {
    const input: Input<'levels.refresh'> = { session: this.#session, prefix, deep: true }
    await this.#client.call('levels.refresh', input, { signal: this.#ended.signal })
  }

  /** Aborts running calls and all later ones. */
  end(): void {
    this.#ended.abort()
  }

  #orEnded(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal])
  }
}
