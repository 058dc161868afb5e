import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { fileId, heldAs } from './locked-files.ts'

// Windows has no such flag, and nothing to wait for.
const O_NONBLOCK = (constants as Readonly<Record<string, number | undefined>>)['O_NONBLOCK'] ?? 0

/** Something other than a file is at a path: a folder, a pipe, a device. */
export class NotAFile extends Error {
  override name = 'NotAFile'
  readonly isFolder: boolean

  constructor(isFolder: boolean, state = isFolder ? 'it is a folder' : 'it is not a regular file') {
    super(state)
    this.isFolder = isFolder
  }
}

/**
 * Reads a file, following links. Never waits for a pipe or a device, which would block a thread, and with it the exit
 * of the process.
 * @param most The maximum number of bytes to read.
 * @throws NotAFile
 */
export async function readRegularFile(path: string, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  // Opening some devices has effects, so check first. The second check concerns what was actually opened.
  const before = await stat(path, { bigint: true })
  refuseOthers(before)
  // Closing it would drop the locks of a database that this process has open.
  if (heldAs(fileId(before)) !== undefined) throw new NotAFile(false, 'it is open as a database')
  await using file = await open(path, constants.O_RDONLY | O_NONBLOCK)
  const stats = await file.stat()
  refuseOthers(stats)
  return await readUpTo(file, stats.size, most)
}

function refuseOthers(stats: { isFile(): boolean; isDirectory(): boolean }): void {
  if (!stats.isFile()) throw new NotAFile(stats.isDirectory())
}

/** The size may be wrong: files of `/proc` report 0, and some of them behave like devices. */
async function readUpTo(file: FileHandle, size: number, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  while (total < most) {
    const chunk = Buffer.allocUnsafe(Math.min(most - total, Math.max(size + 1 - total, 64 * 1024)))
    const { bytesRead } = await file.read(chunk, 0, chunk.length).catch((error: unknown) => {
      throw isWouldBlock(error) ? new NotAFile(false) : error
    })
    if (bytesRead === 0) break
    chunks.push(chunk.subarray(0, bytesRead))
    total += bytesRead
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, total)
}

function isWouldBlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such call for folders, and writes their entries through.
  if (process.platform === 'win32') return
  await syncFile(path)
}

/** Makes the bytes of a file survive a power cut. */
export async function syncFile(path: string): Promise<void> {
  await using file = await open(path)
  await file.sync()
}
