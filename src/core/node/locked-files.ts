import { type BigIntStats, closeSync, statSync } from 'node:fs'

/**
 * Files on which a library holds POSIX locks of this process. Closing any descriptor of such a file drops all of these
 * locks, regardless of who opened it. So no other code may close one while the library has the file open: a reader uses a
 * descriptor that stays open until then. Source: fcntl(2), "Advisory record locking".
 */
const files = new Map<string, HeldFile>()

interface HeldFile {
  readonly role: Role
  users: number
  /** Descriptors for reading that are not in use, and must not be closed yet. */
  readonly idle: number[]
}

/** What a library uses a file as. */
type Role = 'database' | 'lock'

/** Identifies a file by device and inode; `undefined` if the system has no such numbers. */
export function fileId({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string | undefined {
  return ino === 0n ? undefined : `${dev}:${ino}`
}

/**
 * Registers that a library has a file open. A missing file is ignored.
 * @returns A function that registers that the library has closed it.
 */
export function holdFile(path: string, role: Role): () => void {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  const id = stats && fileId(stats)
  if (id === undefined) return () => undefined
  const held = files.get(id) ?? { role, users: 0, idle: [] }
  files.set(id, held)
  held.users++
  return () => {
    if (--held.users > 0) return
    files.delete(id)
    for (const fd of held.idle) closeSync(fd)
  }
}

/** What a library has a file open as. */
export function heldAs(id: string | undefined): Role | undefined {
  return id === undefined ? undefined : files.get(id)?.role
}

export function hasHeldFiles(): boolean {
  return files.size > 0
}

/** A descriptor for reading a file, if one is kept open. Its user returns it with `keepOpen`. */
export function takeOpen(id: string | undefined): number | undefined {
  return id === undefined ? undefined : files.get(id)?.idle.pop()
}

/** @returns Whether the descriptor is kept. Otherwise its user closes it. */
export function keepOpen(id: string | undefined, fd: number): boolean {
  const held = id === undefined ? undefined : files.get(id)
  held?.idle.push(fd)
  return held !== undefined
}
