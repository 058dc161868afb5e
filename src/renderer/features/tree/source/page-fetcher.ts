import { isAbortedCall } from '../../../api/client.ts'
import type { Level } from '../model/level.ts'
import { pageKey } from './page-cache.ts'

export interface PageAddress {
  readonly level: Level
  readonly page: number
}

type FetchPage = (address: PageAddress, signal: AbortSignal) => Promise<void>
type PageFailed = (error: unknown) => void

/** Calls that may run at once for pages no longer in sight, before the oldest is cancelled. */
const MAX_RUNNING = 4

/** Reads the pages that are in sight, each once, and gives up those that scrolled away. */
export class PageFetcher {
  readonly #running = new Map<string, AbortController>()
  readonly #failed = new Set<string>()
  readonly #fetch: FetchPage
  readonly #onFailed: PageFailed

  constructor(fetch: FetchPage, onFailed: PageFailed) {
    this.#fetch = fetch
    this.#onFailed = onFailed
  }

  /** @param pages The missing pages in sight, the most wanted first. A page that failed waits for `retry`. */
  want(pages: readonly PageAddress[]): void {
    const wanted = new Set(pages.map(({ level, page }) => pageKey(level, page)))
    for (const address of pages) this.#start(address)
    for (const [key, controller] of this.#running) {
      if (this.#running.size <= MAX_RUNNING) break
      if (wanted.has(key)) continue
      this.#running.delete(key)
      controller.abort()
    }
  }

  retry(): void {
    this.#failed.clear()
  }

  /** Cancels what runs. */
  end(): void {
    for (const controller of this.#running.values()) controller.abort()
    this.#running.clear()
  }

  #start(address: PageAddress): void {
    const key = pageKey(address.level, address.page)
    if (this.#running.has(key) || this.#failed.has(key)) return
    const controller = new AbortController()
    this.#running.set(key, controller)
    void this.#run(address, key, controller)
  }

  async #run(address: PageAddress, key: string, controller: AbortController): Promise<void> {
    try {
      await this.#fetch(address, controller.signal)
    } catch (error) {
      if (controller.signal.aborted || isAbortedCall(error)) return
      this.#failed.add(key)
      this.#onFailed(error)
    } finally {
      if (this.#running.get(key) === controller) this.#running.delete(key)
    }
  }
}
