import { open } from 'node:fs/promises'

/** Sees to it that the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such call for folders, and writes their entries through.
  if (process.platform === 'win32') return
  await syncFile(path)
}

/** Sees to it that the bytes of a file survive a power cut. */
export async function syncFile(path: string): Promise<void> {
  await using file = await open(path)
  await file.sync()
}
