import { failure } from '../../../../errors.ts'
import {
  corrupt,
  FORMAT,
  formatOf,
  META_BYTES,
  type Meta,
  NODE,
  ORDER,
  pageSizeOf,
  readMeta,
  readTree,
} from './format.ts'
import { type ByteSource, Pages } from './pages.ts'
import { type Leaf, Tree } from './tree.ts'

/** Reads of one chunk that are discarded before the reader gives up. */
const MAX_TRIES = 50

/** The state of a file at one transaction. */
interface State {
  /** The bytes of both meta pages. While they are unchanged, so is everything reached from them. */
  readonly head: Buffer
  readonly tree: Tree
}

/**
 * Reads one database of a file while others may write it, without a lock. A writer never changes the pages of the
 * transaction before its own. So what was read is consistent if the meta pages are unchanged afterwards; otherwise it
 * is discarded and read again.
 */
export class Snapshot {
  readonly #source: ByteSource
  readonly #database: string | undefined
  #state: State | undefined

  /** @param database The name of a database in the file. Default: the main database. */
  constructor(source: ByteSource, database: string | undefined) {
    this.#source = source
    this.#database = database
  }

  /** The number of the last transaction. */
  get transaction(): bigint {
    return newerOf(this.#readHead()).transaction
  }

  /**
   * The result of `work` on the database. It should read little, because it is repeated if a transaction ends in the
   * meantime.
   * @throws DatastoreError `CORRUPT`, or `IO` if transactions end faster than the chunk can be read.
   */
  read<T>(work: (tree: Tree) => T): T {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const head = this.#state?.head ?? this.#readHead()
      try {
        this.#state ??= this.#load(head)
        const result = work(this.#state.tree)
        if (this.#isCurrent(head)) return result
      } catch (error) {
        // Data that looks invalid may have been written in the meantime.
        if (this.#isCurrent(head)) throw error
      }
      this.#state = undefined
    }
    const reason = 'others write to it faster than it can be read; read a copy of it'
    throw failure('IO', 'read an LMDB file', undefined, reason)
  }

  close(): void {
    this.#source.close()
  }

  #load(head: Buffer): State {
    const meta = newerOf(head)
    const pages = new Pages(this.#source, meta.pageSize, meta.lastPage)
    return { head, tree: this.#open(pages, new Tree(pages, meta.main), meta) }
  }

  #isCurrent(head: Buffer): boolean {
    return this.#readHead().equals(head)
  }

  /** Both meta pages, without the unused rest. */
  #readHead(): Buffer {
    const first = this.#source.read(0, META_BYTES)
    const format = formatOf(first)
    if (format === undefined) throw corrupt('it does not begin as one')
    if (format !== FORMAT) throw corrupt(`it has data format ${format}, not ${FORMAT}`)
    return Buffer.concat([first, this.#source.read(pageSizeOf(first), META_BYTES)])
  }

  #open(pages: Pages, main: Tree, meta: Meta): Tree {
    const name = this.#database
    const found = name === undefined ? undefined : main.find(Buffer.from(name))
    if (name !== undefined && (found === undefined || !isDatabase(found))) {
      const names = databaseNames(main)
      const known = names.length === 0 ? 'it has no named databases' : `its databases are ${names.join(', ')}`
      throw failure(
        'CONFIG_INVALID',
        'open an LMDB file',
        undefined,
        `it has no database ${quoted(name)}; ${known}`,
      )
    }
    const record = found === undefined ? meta.main : readTree(main.valueOf(found), 0)
    if ((record.flags & (ORDER.reverseKey | ORDER.integerKey)) !== 0) {
      const reason = 'the keys of the database are not in the order of their bytes'
      throw failure('CONFIG_INVALID', 'open an LMDB file', undefined, reason)
    }
    return new Tree(pages, record)
  }
}

/** Whether a key of the main database names a database. */
export function isDatabase({ node }: Leaf): boolean {
  return (node.flags & (NODE.tree | NODE.duplicates)) === NODE.tree
}

/** The maximum number of names in a message. */
const MAX_NAMES = 10

function databaseNames(main: Tree): string[] {
  const names: string[] = []
  for (const leaf of main.walk({})) {
    if (isDatabase(leaf)) names.push(quoted(leaf.node.key.toString()))
    if (names.length === MAX_NAMES) return [...names, '…']
  }
  return names
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function newerOf(head: Buffer): Meta {
  const metas = [head.subarray(0, META_BYTES), head.subarray(META_BYTES)].flatMap(
    page => readMeta(page) ?? [],
  )
  const [first, second] = metas
  if (first === undefined) throw corrupt('neither of its meta pages is whole')
  return second === undefined || first.transaction >= second.transaction ? first : second
}
