import { KeyIndex } from '../../key-index/key-index.ts'
import { KeySearch } from '../../key-index/search/key-search.ts'
import type { IndexOf } from '../../key-index/search/substring.ts'
import type { Reply, Request } from './messages.ts'

/** Milliseconds for which a search or the index works before messages are handled. */
const SLICE = 5

export type Post = (reply: Reply, transfer: readonly ArrayBuffer[]) => void

type NativeIndexOf = (this: Uint8Array, needle: Uint8Array, from: number) => number

/** The runtime's own search is several times as fast as one in JavaScript. It accepts any array of bytes. */
const native = Buffer.prototype as { readonly indexOf: NativeIndexOf }

const indexOf: IndexOf = (bytes, needle, from) => native.indexOf.call(bytes, needle, from)

/** Answers requests from one index. Long tasks run in slices, between which requests are answered. */
export class IndexServer {
  readonly #index = new KeyIndex()
  readonly #post: Post
  readonly #searches = new Map<number, KeySearch>()
  /** Calls that are answered once the index is settled. */
  readonly #settling: number[] = []
  #isScheduled = false

  constructor(post: Post) {
    this.#post = post
  }

  receive(request: Request): void {
    try {
      this.#serve(request)
    } catch (error) {
      this.#post({ id: request.id, error: error instanceof Error ? error : new Error(String(error)) }, [])
    }
    this.#schedule()
  }

  #serve(request: Request): void {
    const { id } = request
    switch (request.call) {
      case 'add':
        this.#index.add(...request.args)
        this.#settling.push(id)
        return
      case 'remove':
        this.#index.remove(...request.args)
        this.#settling.push(id)
        return
      case 'filled':
        this.#index.filled()
        this.#settling.push(id)
        return
      case 'state': {
        const { size, isComplete, byteLength } = this.#index
        this.#answer(id, { size, isComplete, byteLength })
        return
      }
      case 'has':
        this.#answer(id, this.#index.has(...request.args))
        return
      case 'level': {
        const page = this.#index.level(...request.args)
        this.#answer(id, page, page.rows)
        return
      }
      case 'rows': {
        const rows = this.#index.rows(...request.args)
        this.#answer(id, rows, rows)
        return
      }
      case 'rowOf':
        this.#answer(id, this.#index.rowOf(...request.args))
        return
      case 'search':
        this.#searches.set(id, new KeySearch(this.#index.snapshot(), request.options, indexOf))
        return
      case 'stop':
        this.#searches.delete(id)
    }
  }

  #answer(id: number, value: unknown, bytes?: Uint8Array<ArrayBuffer>): void {
    this.#post({ id, value }, bytes === undefined ? [] : [bytes.buffer])
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#work()) this.#schedule()
    })
  }

  /**
   * Runs a slice of each pending task.
   * @returns Whether there is more to do.
   */
  #work(): boolean {
    for (const [id, search] of this.#searches) {
      const progress = search.step(inSlice())
      if (progress.isDone) this.#searches.delete(id)
      this.#post({ id, progress }, [progress.keys.buffer])
    }
    const hasMore = this.#index.work(inSlice())
    if (this.#index.isSettled) for (const id of this.#settling.splice(0)) this.#answer(id, undefined)
    return hasMore || this.#searches.size > 0
  }
}

function inSlice(): () => boolean {
  const end = performance.now() + SLICE
  return () => performance.now() > end
}
