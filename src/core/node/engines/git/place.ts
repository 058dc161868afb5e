import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { failure, messageOf } from '../../../errors.ts'
import { systemCode } from '../../fs/disk.ts'
import type { RepositoryPlace } from './repository.ts'

const ACTION = 'open the repository'

/**
 * The repository at a path: a bare one, a working tree, or the folder `.git` of one. Only files are read; no program runs.
 * @returns `undefined` if there is none.
 * @throws DatastoreError `UNSUPPORTED` for one in a format that is not supported, `ACCESS_DENIED`, `IO`
 */
export async function findRepository(path: string): Promise<RepositoryPlace | undefined> {
  const root = await realpath(path).catch(() => undefined)
  if (root === undefined) return undefined
  const found = (await isGitFolder(root)) ? root : await gitFolderOf(root)
  if (found === undefined) return undefined
  const common = (await textOf(join(found, 'commondir')))?.trim()
  const folder = common === undefined ? found : await realpath(resolve(found, common))
  const config = (await textOf(join(folder, 'config'))) ?? ''
  if (setting(config, 'refstorage') === 'reftable') {
    throw failure('UNSUPPORTED', ACTION, undefined, 'its branches are in a table (reftable)')
  }
  const isBare = setting(config, 'bare') === 'true' || (basename(folder) !== '.git' && found === root)
  return {
    folder,
    ownFolder: found,
    hash: setting(config, 'objectformat') === 'sha256' ? 'sha256' : 'sha1',
    isBare,
    workTree: isBare ? undefined : dirname(folder),
  }
}

async function isGitFolder(folder: string): Promise<boolean> {
  const [head, objects, refs] = await Promise.all(
    ['HEAD', 'objects', 'refs'].map(name => stat(join(folder, name)).catch(() => undefined)),
  )
  return head?.isFile() === true && objects?.isDirectory() === true && refs?.isDirectory() === true
}

/** The folder that `.git` of a working tree is, or names. */
async function gitFolderOf(workTree: string): Promise<string | undefined> {
  const own = join(workTree, '.git')
  const found = await stat(own).catch(() => undefined)
  if (found?.isDirectory() === true) return (await isGitFolder(own)) ? own : undefined
  if (found?.isFile() !== true) return undefined
  const named = /^gitdir: (.+)$/m.exec((await textOf(own)) ?? '')?.[1]
  return named === undefined ? undefined : realpath(resolve(workTree, named)).catch(() => undefined)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw failure(
      systemCode(error) === 'EACCES' ? 'ACCESS_DENIED' : 'IO',
      ACTION,
      undefined,
      messageOf(error),
      error,
    )
  }
}

/** The value of a setting in any section. */
function setting(config: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, 'im').exec(config)?.[1]?.toLowerCase()
}

/** The branch that is checked out in a git folder, as a reference; `undefined` for a commit. */
export async function headOf(gitFolder: string): Promise<string | undefined> {
  return /^ref: (\S+)/.exec((await textOf(join(gitFolder, 'HEAD'))) ?? '')?.[1]
}
