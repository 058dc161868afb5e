import type { Disk } from '../disk/disk.ts'
import type { FolderGuard } from './folder-guard.ts'
import { Obstacle } from './obstacle.ts'

/**
 * The text of a file; `undefined` where there is none, and where something else stands: a link, a folder, a pipe.
 * @param most Bytes that are read of it.
 */
export async function readText(
  disk: Disk,
  guard: FolderGuard,
  folder: readonly string[],
  name: string,
  most = Number.POSITIVE_INFINITY,
): Promise<string | undefined> {
  const fd = await guard.openFile(folder, name).catch(undefinedForObstacle)
  if (fd === undefined) return undefined
  try {
    const stats = await disk.fstat(fd)
    if (!stats.isFile()) return undefined
    const bytes = new Uint8Array(Math.min(stats.size, most))
    const length = await disk.read(fd, bytes, 0)
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, length))
  } finally {
    await disk.close(fd)
  }
}

function undefinedForObstacle(error: unknown): undefined {
  if (!(error instanceof Obstacle)) throw error
}
