import type { Failure } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { failureOf } from '../model/call-failure.ts'
import { readRange, type ValueAddress, type Version } from '../model/read-value.ts'
import { cutPage, pageCount, pageWindow } from './text-pages.ts'

export interface TextPage {
  /** Where its first byte stands in the value. */
  readonly offset: number
  readonly bytes: Uint8Array
}

export interface PagerSnapshot {
  /** The page that was asked for, from 0. */
  readonly index: number
  /** The page that is shown: the one before, until the next has come. */
  readonly page: TextPage
  readonly isLoading: boolean
  readonly failure: Failure | undefined
}

/** Turns the pages of a large text. Holds one page and the value's first bytes. */
export class TextPager {
  readonly size: number
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #base: Version
  readonly #listeners = new Set<() => void>()
  #running = new AbortController()
  #snapshot: PagerSnapshot

  constructor(client: Client, address: ValueAddress, base: Version) {
    this.#client = client
    this.#address = address
    this.#base = base
    this.size = base.stat?.size ?? base.bytes.length
    this.#snapshot = { index: 0, page: this.#cut(0, base.bytes), isLoading: false, failure: undefined }
  }

  get count(): number {
    return pageCount(this.size)
  }

  readonly getSnapshot = (): PagerSnapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows page `index`, from 0. A turn that comes while another is under way takes its place. */
  async goTo(index: number): Promise<void> {
    this.#running.abort()
    const { signal } = (this.#running = new AbortController())
    this.#show({ index, isLoading: true, failure: undefined })
    try {
      const page = await this.#read(index, signal)
      if (!signal.aborted) this.#show({ page, isLoading: false })
    } catch (error) {
      if (!signal.aborted) this.#show({ isLoading: false, failure: failureOf(error) })
    }
  }

  close(): void {
    this.#running.abort()
  }

  async #read(index: number, signal: AbortSignal): Promise<TextPage> {
    const { start, end } = pageWindow(index, this.size)
    const { bytes, stat } = this.#base
    if (end <= bytes.length) return this.#cut(index, bytes.subarray(start, end))
    const window = await readRange(this.#client, this.#address, stat?.etag, { start, end }, signal)
    return this.#cut(index, window)
  }

  #cut(index: number, window: Uint8Array): TextPage {
    const { end, start } = pageWindow(index, this.size)
    return cutPage(index, this.size, window.subarray(0, end - start))
  }

  #show(change: Partial<PagerSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}
