import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import type { Key } from '../../../core/key.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import type { StackNode } from '../../../core/stack/stack.ts'
import { HEAD } from './value-kind.ts'

/** Reads the first bytes of a value; `undefined` where they cannot be read. */
type HeadReader = (key: Key, signal: AbortSignal) => Promise<Uint8Array | undefined>

/** Kinds that pass on keys and bytes unchanged. */
const TRANSPARENT: ReadonlySet<string> = new Set(['tiered', 'sharded', 'read-only', 'cache'])

/** Kinds that keep copies of what is read. */
const COPYING: ReadonlySet<string> = new Set(['tiered', 'cache'])

/** The maximum number of folders that are searched for a value. */
const MAX_FOLDERS = 64

/**
 * A function that reads values without filling a cache: from their files, if the stack passes keys and bytes on to
 * folders unchanged; else through the stack, if no node of it keeps copies.
 * @returns `undefined` if neither is possible.
 */
export function headReaderOf(nodes: readonly StackNode[]): HeadReader | undefined {
  const inner = nodes.filter(({ children }) => children.length > 0)
  const folders = nodes.filter(({ kind }) => kind === 'fs')
  const isPlain = inner.every(({ kind }) => TRANSPARENT.has(kind))
  if (isPlain && folders.length > 0 && folders.length <= MAX_FOLDERS) return fileReader(folders)
  const [root] = nodes
  if (root === undefined || inner.some(({ kind }) => COPYING.has(kind))) return undefined
  return async (key, signal) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of root.store.getStream(key, { start: 0, end: HEAD, signal })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

function fileReader(folders: readonly StackNode[]): HeadReader {
  // The last tier has every key.
  const stores = folders.toReversed().map(({ store }) => openStoreOf(store))
  return async key => {
    for (const store of stores) {
      const path = store.fileOf(key)
      const head = path === undefined ? undefined : await headOfFile(path)
      if (head !== undefined) return head
    }
    return undefined
  }
}

/** Follows no link, and does not block on a pipe or device. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function headOfFile(path: string): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, FLAGS)
    if (!(await file.stat()).isFile() || (await realpath(path)) !== path) return undefined
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.subarray(0, bytesRead)
  } catch {
    return undefined
  } finally {
    await file?.close()
  }
}
