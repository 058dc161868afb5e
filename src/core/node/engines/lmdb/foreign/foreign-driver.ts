import { failure } from '../../../../errors.ts'
import { followedBy } from '../../../../ordered/byte-order.ts'
import type {
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  OthersChange,
  Range,
  Row,
} from '../../../../ordered/driver.ts'
import { NODE } from './format.ts'
import type { ByteSource } from './pages.ts'
import { isDatabase, Snapshot } from './snapshot.ts'
import type { Leaf, Tree } from './tree.ts'

/** Rows that are read between two checks of the meta pages. */
const CHUNK = 64
/** Milliseconds between two checks for transactions of others. */
const LOOK = 500

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * LMDB files of other programs, with data format 1, read while they are being written. Nothing is written, not even a
 * lock. A key with several values reads as a JSON list of them: text as it is, other bytes as `{ "base64": … }`.
 */
export class ForeignLmdbDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities = {
    writable: false,
    conditions: 'everyone',
    commit: false,
    durable: false,
    parts: false,
    shared: true,
  }
  readonly #snapshot: Snapshot
  /** The transaction at the last call of `othersWrote`. */
  #asked: bigint | undefined
  #isClosed = false

  /** @param id Identifies the data, however it is opened. */
  constructor(source: ByteSource, id: string, database?: string) {
    this.info = { kind: 'lmdb', id, readAhead: 16, maxRows: 2000, text: false, columns: false }
    this.#snapshot = new Snapshot(source, database)
  }

  /** Fails if the file cannot be read. Called before any key is read. */
  check(): void {
    this.#read(() => undefined)
  }

  get(key: Uint8Array): Row | undefined {
    return this.#read(tree => {
      const leaf = tree.find(key)
      return leaf && rowOf(tree, leaf)
    })
  }

  has(key: Uint8Array): boolean {
    return this.#read(tree => tree.find(key) !== undefined)
  }

  write(): never {
    throw failure('READ_ONLY', 'write to an LMDB file', undefined, 'files of other programs are only read')
  }

  range({ from, to, limit, reverse, keysOnly }: Range): readonly Row[] {
    const most = Math.min(limit, this.info.maxRows)
    const rows: Row[] = []
    let [low, high] = [from, to]
    while (rows.length < most) {
      const wanted = Math.min(CHUNK, most - rows.length)
      const chunk = this.#read(tree => chunkOf(tree, { from: low, to: high, reverse }, wanted, keysOnly))
      rows.push(...chunk)
      const last = chunk.at(-1)
      if (last === undefined || chunk.length < wanted) break
      if (reverse) high = last.key
      else low = followedBy(last.key, 0)
    }
    return rows
  }

  /** Checks for transactions of others periodically. */
  changes(listener: (change: OthersChange) => void): () => void {
    let known = this.#snapshot.transaction
    const timer = setInterval(() => {
      if (this.#isClosed) {
        clearInterval(timer)
        return
      }
      const { transaction } = this.#snapshot
      if (transaction !== known) listener('resync')
      known = transaction
    }, LOOK).unref()
    return () => clearInterval(timer)
  }

  othersWrote(): boolean {
    const { transaction } = this.#snapshot
    const isNew = transaction !== this.#asked
    this.#asked = transaction
    return isNew
  }

  estimate(): number {
    return this.#read(tree => tree.entries)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#snapshot.close()
  }

  #read<T>(work: (tree: Tree) => T): T {
    if (this.#isClosed) throw failure('CLOSED', 'use an LMDB file', undefined, 'it is closed')
    return this.#snapshot.read(work)
  }
}

function chunkOf(
  tree: Tree,
  part: { readonly from: Uint8Array; readonly to: Uint8Array; readonly reverse: boolean },
  wanted: number,
  keysOnly: boolean,
): Row[] {
  const rows: Row[] = []
  for (const leaf of tree.walk(part)) {
    rows.push(keysOnly ? { key: ownBytes(leaf.node.key) } : rowOf(tree, leaf))
    if (rows.length === wanted) break
  }
  return rows
}

function rowOf(tree: Tree, leaf: Leaf): Row {
  const { key, flags } = leaf.node
  if (isDatabase(leaf)) {
    const reason = `${JSON.stringify(key.toString())} is a database of its own: open it by its name`
    throw failure('UNSUPPORTED', 'read an LMDB file', undefined, reason)
  }
  const value = (flags & NODE.duplicates) === 0 ? ownBytes(tree.valueOf(leaf)) : listOf(tree.valuesOf(leaf))
  return { key: ownBytes(key), value }
}

/** Several values combined into one. */
function listOf(values: Iterable<Buffer>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(Array.from(values, shownValue)))
}

function shownValue(value: Buffer): string | { readonly base64: string } {
  try {
    return strict.decode(value)
  } catch {
    return { base64: value.toString('base64') }
  }
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
