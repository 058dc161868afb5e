import { ownCopy } from '../../../bytes.ts'
import type { ListOptions, ListPage, Stat } from '../../../datastore.ts'
import { NotFoundError } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { pageLimit } from '../../../list-page.ts'
import type { QuerySource } from '../../../query/entry-reader.ts'
import { LevelIndex } from '../../../stores/level-index.ts'
import type { Snapshot, UnflushedPut } from './unflushed.ts'

/** The puts of a snapshot as a store of their own, as far as queries and listings need one. */
export class UnflushedView<V> implements QuerySource<V> {
  readonly #snapshot: Snapshot<V>
  readonly #index = new LevelIndex()

  constructor(snapshot: Snapshot<V>) {
    this.#snapshot = snapshot
    const entered = new Set<string>()
    for (const [text, { type }] of snapshot) {
      if (type === 'delete') continue
      this.#index.add(text, above => entered.has(above))
      entered.add(text)
    }
  }

  async get(key: Key): Promise<V> {
    return ownCopy(this.#put('get', key).value)
  }

  async has(key: Key): Promise<boolean> {
    return this.#snapshot.get(key.toString())?.type === 'put'
  }

  async stat(key: Key): Promise<Stat> {
    return statOf(this.#put('stat', key))
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#index.page(prefix, pageLimit(options), options, text => {
      const write = this.#snapshot.get(text)
      return write?.type === 'put' ? write.size : undefined
    })
  }

  isBranch(key: Key): boolean {
    return this.#index.isBranch(key.toString())
  }

  #put(action: string, key: Key): UnflushedPut<V> {
    const write = this.#snapshot.get(key.toString())
    if (write?.type !== 'put') throw new NotFoundError(action, key)
    return write
  }
}

export function statOf<V>({ size, mtime, etag }: UnflushedPut<V>): Stat {
  return { size, mtime, etag }
}
