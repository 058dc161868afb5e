import type { Row } from '../../../../../src/shared/procedures/store.ts'
import type { FakeLevel } from './fake-levels.ts'

interface Child {
  name: string
  size: number | undefined
  below: Map<string, Child>
  version: number
}

/** A small namespace that can change. Reports which levels changed. */
export class FakeStore {
  /** No two versions have the same number, as in the host, even if a level is deleted and created again. */
  #lastVersion = 0
  readonly #root = this.#newChild('')
  onLevelChanged: (prefix: string) => void = () => undefined

  constructor(keys: readonly string[] = []) {
    for (const key of keys) this.put(key)
  }

  readonly levels = (prefix: string): FakeLevel => {
    const child = this.#find(segments(prefix))
    const rows = [...(child?.below.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
    return {
      count: rows.length,
      version: child?.version ?? 0,
      row: index => rowOf(rows[index]!),
      find: name => {
        const found = rows.findIndex(row => row.name >= name)
        return found < 0 ? rows.length : found
      },
    }
  }

  has(key: string): boolean {
    return this.#find(segments(key))?.size !== undefined
  }

  put(key: string, size = 10): void {
    let child = this.#root
    for (const name of segments(key)) {
      const below = child.below.get(name) ?? this.#newChild(name)
      child.below.set(name, below)
      child = below
    }
    child.size = size
    this.#changed(key)
  }

  delete(key: string): void {
    const child = this.#find(segments(key))
    if (child === undefined) return
    child.size = undefined
    this.#prune(segments(key))
  }

  deleteBranch(prefix: string): void {
    const child = this.#find(segments(prefix))
    if (child === undefined) return
    child.size = undefined
    child.below.clear()
    this.#prune(segments(prefix))
  }

  /** Removes empty branches, from `path` upwards. */
  #prune(path: readonly string[]): void {
    for (let depth = path.length; depth > 0; depth--) {
      const child = this.#find(path.slice(0, depth))
      if (child === undefined || child.size !== undefined || child.below.size > 0) break
      this.#find(path.slice(0, depth - 1))?.below.delete(child.name)
    }
    this.#changed(`/${path.join('/')}`)
  }

  #newChild(name: string): Child {
    return { name, size: undefined, below: new Map(), version: ++this.#lastVersion }
  }

  #find(path: readonly string[]): Child | undefined {
    let child: Child | undefined = this.#root
    for (const name of path) child = child?.below.get(name)
    return child
  }

  #changed(key: string): void {
    const path = segments(key)
    for (let depth = 0; depth <= path.length; depth++) {
      const child = this.#find(path.slice(0, depth))
      if (child !== undefined) child.version = ++this.#lastVersion
    }
    this.#tell(path)
  }

  #tell(path: readonly string[]): void {
    for (let depth = 0; depth <= path.length; depth++) {
      this.onLevelChanged(`/${path.slice(0, depth).join('/')}`)
    }
  }
}

function segments(key: string): string[] {
  return key.split('/').filter(name => name !== '')
}

function rowOf({ name, size, below }: Child): Row {
  const row = { name, isValue: size !== undefined, isBranch: below.size > 0 }
  return size === undefined ? row : { ...row, size }
}
