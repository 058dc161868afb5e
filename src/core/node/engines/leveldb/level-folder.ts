import { spawn } from 'node:child_process'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemCode } from '../../fs/disk.ts'

/** Files that desktops and file systems create in any folder. */
const SYSTEM_FILES: readonly string[] = ['lost+found', '.DS_Store', 'Thumbs.db', 'desktop.ini']

/** What a folder contains. */
export type FolderState = 'leveldb' | 'empty'

/** Whether a folder contains a LevelDB. Does not open it. */
export async function isLevelFolder(path: string): Promise<boolean> {
  return folderState(path).then(
    state => state === 'leveldb',
    () => false,
  )
}

/** @throws DatastoreError `CONFIG_INVALID` for a folder that contains anything but a LevelDB. */
export async function folderState(path: string): Promise<FolderState> {
  const names = (await readdir(path)).filter(name => !SYSTEM_FILES.includes(name))
  if (names.includes('CURRENT')) {
    // RocksDB uses the same file names, with another format.
    const other = names.some(name => name === 'IDENTITY' || name.startsWith('OPTIONS-'))
    if (other) throw cannotOpen(path, 'it is a RocksDB folder')
    const current = await readFile(join(path, 'CURRENT'), 'latin1')
    if (/^MANIFEST-\d+\n$/.test(current)) return 'leveldb'
    throw cannotOpen(path, 'its file CURRENT is not that of a LevelDB')
  }
  // LOCK and the log file exist before anything is stored.
  if (names.every(name => ['LOCK', 'LOG', 'LOG.old'].includes(name))) return 'empty'
  throw cannotOpen(path, 'it holds files that are no LevelDB')
}

/**
 * Refuses a folder that a Go program, such as Kubo, has open: it locks with `flock`, which LevelDB's own lock does not
 * detect. Node has no call for it, so without a `flock` command this cannot be checked.
 * @throws DatastoreError `CONFLICT`
 */
export async function refuseFlocked(path: string): Promise<void> {
  const lock = join(path, 'LOCK')
  try {
    await access(lock)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  if ((await exitCode('flock', ['--nonblock', lock, 'true'])) !== LOCKED) return
  const state = 'another program has it open, such as Kubo, and a LevelDB folder has one user at a time'
  throw new DatastoreError('CONFLICT', `Cannot open ${JSON.stringify(path)}: ${state}`)
}

/** The exit code of `flock` if another process holds the lock. */
const LOCKED = 1

/** `undefined` if the command does not exist. */
function exitCode(command: string, args: readonly string[]): Promise<number | undefined> {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: 'ignore' })
    child.on('error', () => resolve(undefined))
    child.on('exit', code => resolve(code ?? undefined))
  })
}

function cannotOpen(path: string, state: string): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(path)}: ${state}`)
}
