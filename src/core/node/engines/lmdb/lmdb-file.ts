import { mkdir, open, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemMeaning } from '../../errno.ts'
import { systemCode } from '../../fs/disk.ts'
import { fileId, heldAs } from '../../locked-files.ts'
import { FORMAT, formatOf, META_BYTES } from './foreign/format.ts'

/** Files that desktops, file systems and LMDB create in a folder. */
const IGNORED_FILES: readonly string[] = ['lost+found', '.DS_Store', 'Thumbs.db', 'desktop.ini', 'lock.mdb']
const DATA = 'data.mdb'

/**
 * Where the data format of the client differs from `foreign/format.ts`: everything is 8 bytes later, because pages
 * begin with the number of their transaction.
 */
const SHIFT = 8
const OWN_FORMAT = 2
const OWN = { pageSize: 48, lastPage: 144, transaction: 152 } as const

/** The location of LMDB data. */
export interface LmdbFile {
  /** The path that the client opens: a folder, or the file itself. */
  readonly path: string
  readonly isFolder: boolean
  readonly file: string
  /** Identifies the file. */
  readonly id: string
  /** `own`: the client can open it, or create it. `foreign`: stock LMDB wrote it; the client would end the process. */
  readonly format: 'own' | 'foreign'
}

/**
 * Finds the file for a path: that file, or the one in that folder. Creates it if it is missing.
 * @throws DatastoreError `CONFIG_INVALID` for what the client cannot open, `CORRUPT`, `ACCESS_DENIED`, `IO`
 */
export async function findLmdb(path: string, create: boolean): Promise<LmdbFile> {
  const absolute = resolve(path)
  try {
    const found = await place(absolute, create)
    const { file } = found
    await refuseHeld(absolute, file)
    const handle = await open(file, create ? 'a+' : 'r')
    try {
      const head = Buffer.alloc(2 * MAX_PAGE)
      const { bytesRead } = await handle.read(head, 0, head.length, 0)
      // Read after the head: a growing file has all the pages that its head mentions.
      const { size, dev, ino } = await handle.stat({ bigint: true })
      const format = formatIn(absolute, head.subarray(0, bytesRead), Number(size))
      return { ...found, format, id: ino === 0n ? file : `${dev}:${ino}` }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw openFailure(absolute, error)
  }
}

/** Refuses a file on which a database in this process holds locks. LMDB data never begins like such a file. */
async function refuseHeld(path: string, file: string): Promise<void> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined)
  if (stats !== undefined && heldAs(fileId(stats)) !== undefined) {
    throw cannotOpen(path, 'it is open as a database that is not LMDB')
  }
}

/** Whether a path holds LMDB data. It is read, but not opened by the client. */
export async function isLmdb(path: string): Promise<boolean> {
  try {
    const found = await stat(path)
    const file = found.isDirectory() ? await stat(join(path, DATA)) : found
    // An empty file may become anything. A pipe would block.
    if (!file.isFile() || file.size === 0) return false
    await findLmdb(path, false)
    return true
  } catch {
    return false
  }
}

/** Bytes of the largest page size of LMDB. */
const MAX_PAGE = 65_536

async function place(path: string, create: boolean): Promise<Omit<LmdbFile, 'format' | 'id'>> {
  const stats = await stat(path).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT' || !create) throw error
  })
  if (stats === undefined && /\.l?mdb$/i.test(path)) {
    await mkdir(dirname(path), { recursive: true })
    const file = join(await realpath(dirname(path)), path.slice(dirname(path).length + 1))
    return { path: file, isFolder: false, file }
  }
  if (stats === undefined) await mkdir(path, { recursive: true })
  const real = await realpath(path)
  if (stats?.isDirectory() === false) return { path: real, isFolder: false, file: real }
  const names = (await readdir(real)).filter(name => !IGNORED_FILES.includes(name))
  if (!names.includes(DATA)) {
    if (names.length > 0) throw cannotOpen(path, 'it holds files that are no LMDB')
    if (!create) throw cannotOpen(path, 'there is no LMDB in it')
  }
  return { path: real, isFolder: true, file: join(real, DATA) }
}

/** The format of a file, after checking everything on which the client would end the process instead of failing. */
function formatIn(path: string, head: Buffer, size: number): LmdbFile['format'] {
  if (head.length === 0) return 'own'
  if (formatOf(head) === FORMAT) return 'foreign'
  if (formatOf(head.subarray(SHIFT)) !== OWN_FORMAT)
    throw cannotOpen(path, 'it is not LMDB file of a known format')
  const pageSize = head.readUInt32LE(OWN.pageSize)
  const isSize = pageSize >= 512 && pageSize <= MAX_PAGE && (pageSize & (pageSize - 1)) === 0
  if (!isSize || head.length < pageSize + META_BYTES + SHIFT)
    throw cannotOpen(path, 'its first page is broken', 'CORRUPT')
  const second = head.subarray(pageSize)
  if (formatOf(second.subarray(SHIFT)) !== OWN_FORMAT)
    throw cannotOpen(path, 'its second page is broken', 'CORRUPT')
  const isNewer = second.readBigUInt64LE(OWN.transaction) > head.readBigUInt64LE(OWN.transaction)
  const pages = (isNewer ? second : head).readBigUInt64LE(OWN.lastPage) + 1n
  // Reading mapped memory past the end of a file raises a signal that ends the process.
  if (pages * BigInt(pageSize) <= BigInt(size)) return 'own'
  throw cannotOpen(
    path,
    `it is cut off: it has ${size} bytes of ${(pages * BigInt(pageSize)).toString()}`,
    'CORRUPT',
  )
}

function cannotOpen(
  path: string,
  state: string,
  code: 'CONFIG_INVALID' | 'CORRUPT' = 'CONFIG_INVALID',
): DatastoreError {
  return new DatastoreError(code, `Cannot open ${JSON.stringify(path)}: ${state}`)
}

function openFailure(path: string, error: unknown): unknown {
  const meaning = systemMeaning(error, 'path')
  if (meaning === undefined) return error
  const [code, state] = meaning
  return new DatastoreError(
    code === 'NOT_FOUND' ? 'CONFIG_INVALID' : code,
    `Cannot open ${JSON.stringify(path)}: ${state}`,
    { cause: error },
  )
}
