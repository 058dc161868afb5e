/**
 * Files on which a library holds POSIX locks of this process, by device and inode. To close any descriptor of such a file
 * drops all of these locks, so nobody else may open it here, not even to look.
 * Source: fcntl(2), "Advisory record locking".
 */
const files = new Map<string, number>()

/** @returns Says that the library has closed it. */
export function holdFile(id: string): () => void {
  files.set(id, (files.get(id) ?? 0) + 1)
  return () => {
    const left = (files.get(id) ?? 1) - 1
    if (left > 0) files.set(id, left)
    else files.delete(id)
  }
}

export function isHeld(id: string): boolean {
  return files.has(id)
}
