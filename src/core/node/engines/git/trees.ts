import { failure } from '../../../errors.ts'
import { compareNames } from '../../../stores/sorted-names.ts'
import { segmentOf } from './names.ts'
import {
  type CommitFields,
  type Entries,
  FOLDER,
  isFile,
  parseCommit,
  parseTree,
  type TreeEntry,
} from './objects.ts'
import type { Repository } from './repository.ts'

/** The number of entries of all trees in memory. A larger tree is kept alone. */
const MAX_ENTRIES = 300_000

/** One child of a level. */
export interface LevelEntry {
  readonly name: string
  readonly isValue: boolean
}

/** A tree as a level: what is a value or a branch in the order of keys, and what has no key. */
export interface TreeLevel {
  readonly children: readonly LevelEntry[]
  readonly hidden: readonly { readonly name: string; readonly reason: 'link' | 'name' | 'special' }[]
}

/** Trees and commits of a repository. Trees are kept in memory, because an object never changes. */
export class Trees {
  readonly #repository: Repository
  readonly #trees = new Map<string, Entries>()
  readonly #levels = new WeakMap<Entries, TreeLevel>()
  #size = 0

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** A tree that is in memory. */
  known(oid: string): Entries | undefined {
    return this.#trees.get(oid)
  }

  /** @throws DatastoreError `CORRUPT` if there is no such tree. */
  async read(oid: string): Promise<Entries> {
    const known = this.#trees.get(oid)
    if (known !== undefined) {
      this.#trees.delete(oid)
      this.#trees.set(oid, known)
      return known
    }
    const found = await this.#repository.read(oid)
    if (found?.type !== 'tree') throw failure('CORRUPT', 'read a tree', undefined, `there is no tree ${oid}`)
    const entries = parseTree(found.bytes, this.#repository.place.hash)
    this.keep(oid, entries)
    return entries
  }

  keep(oid: string, entries: Entries): void {
    if (this.#trees.has(oid)) return
    this.#trees.set(oid, entries)
    this.#size += entries.size + 1
    for (const [oldest, { size }] of this.#trees) {
      if (this.#size <= MAX_ENTRIES || oldest === oid) break
      this.#trees.delete(oldest)
      this.#size -= size + 1
    }
  }

  async commit(oid: string): Promise<CommitFields> {
    const found = await this.#repository.read(oid)
    if (found?.type !== 'commit') {
      throw failure('CORRUPT', 'read a commit', undefined, `there is no commit ${oid}`)
    }
    return parseCommit(found.bytes)
  }

  /** The entry at a path; `undefined` if it, or a folder above it, is missing. */
  async find(root: string | undefined, names: readonly string[]): Promise<TreeEntry | undefined> {
    let entry: TreeEntry | undefined = root === undefined ? undefined : { mode: FOLDER, oid: root }
    for (const name of names) {
      if (entry?.mode !== FOLDER) return undefined
      entry = (await this.read(entry.oid)).get(name)
    }
    return entry
  }

  /** The same without a promise; `null` if a tree has to be read. */
  findKnown(root: string | undefined, names: readonly string[]): TreeEntry | undefined | null {
    let entry: TreeEntry | undefined = root === undefined ? undefined : { mode: FOLDER, oid: root }
    for (const name of names) {
      if (entry?.mode !== FOLDER) return undefined
      const entries = this.#trees.get(entry.oid)
      if (entries === undefined) return null
      entry = entries.get(name)
    }
    return entry
  }

  level(entries: Entries): TreeLevel {
    const known = this.#levels.get(entries)
    if (known !== undefined) return known
    const level = levelOf(entries)
    this.#levels.set(entries, level)
    return level
  }

  /** Visits each path at which two trees have different files. `undefined` is an empty tree. */
  async diff(
    old: string | undefined,
    next: string | undefined,
    visit: (names: readonly string[], entry: TreeEntry | undefined) => void,
    above: readonly string[] = [],
  ): Promise<void> {
    if (old === next) return
    const before: Entries = old === undefined ? new Map() : await this.read(old)
    const after: Entries = next === undefined ? new Map() : await this.read(next)
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(name), after.get(name)]
      if (was?.oid === is?.oid && was?.mode === is?.mode) continue
      const names = [...above, name]
      const isChangedFile = [was, is].some(one => one !== undefined && one.mode !== FOLDER)
      if (isChangedFile) visit(names, is?.mode === FOLDER ? undefined : is)
      const [left, right] = [was, is].map(one => (one?.mode === FOLDER ? one.oid : undefined))
      await this.diff(left, right, visit, names)
    }
  }
}

function levelOf(entries: Entries): TreeLevel {
  const children: LevelEntry[] = []
  const hidden: { name: string; reason: 'link' | 'name' | 'special' }[] = []
  for (const [name, entry] of entries) {
    const segment = segmentOf(name)
    const isValue = isFile(entry)
    if (segment !== undefined && (isValue || entry.mode === FOLDER)) children.push({ name: segment, isValue })
    else if (segment === undefined)
      hidden.push({ name: Buffer.from(name, 'latin1').toString('utf8'), reason: 'name' })
    else hidden.push({ name: segment, reason: entry.mode === '120000' ? 'link' : 'special' })
  }
  children.sort((a, b) => compareNames(a.name, b.name))
  return { children, hidden }
}
