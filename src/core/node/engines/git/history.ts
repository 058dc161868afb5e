import { DEFAULT_PAGE, type ValueVersion } from '../../../datastore.ts'
import { failure, isNotFound, throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import type { Call } from '../../../open/call.ts'
import { gitFailure } from './git-process.ts'
import { namesOf } from './names.ts'
import { isFile, type TreeEntry } from './objects.ts'
import type { OpenBranch } from './open-branch.ts'
import type { FoundCommit } from './repository.ts'

/** One commit that changed a key. */
export interface KeyCommit extends FoundCommit {
  /** Whether the key has a value in this commit. False where the commit deleted it. */
  readonly isThere: boolean
}

/** The commits of a branch that changed a key, the latest first. A merge counts as one commit. */
export async function* historyOf(
  { head, trees, repository }: OpenBranch,
  key: Key,
  signal: AbortSignal | undefined,
): AsyncIterable<KeyCommit> {
  const names = namesOf(key)
  try {
    const { commit: tip } = await head.current
    if (tip === undefined || names === undefined || names.length === 0) return
    const entryIn = async (commit: string): Promise<TreeEntry | undefined> =>
      trees.find((await trees.commit(commit)).tree, names)
    if (repository.history !== undefined) {
      for await (const found of repository.history(tip, key.toString().slice(1), signal)) {
        throwIfAborted(signal, 'read the history of', key)
        const entry = await entryIn(found.commit)
        yield { ...found, isThere: entry !== undefined && isFile(entry) }
      }
      throwIfAborted(signal, 'read the history of', key)
      return
    }
    let entry = await entryIn(tip)
    for (let commit: string | undefined = tip; commit !== undefined; ) {
      throwIfAborted(signal, 'read the history of', key)
      const { parents, author, time, message }: Awaited<ReturnType<typeof trees.commit>> =
        await trees.commit(commit)
      const parent: string | undefined = parents[0]
      const before: TreeEntry | undefined = parent === undefined ? undefined : await entryIn(parent)
      if (before?.oid !== entry?.oid || before?.mode !== entry?.mode) {
        yield { commit, author, time, message, isThere: entry !== undefined && isFile(entry) }
      }
      commit = parent
      entry = before
    }
  } catch (error) {
    throw gitFailure('read the history of', error)
  }
}

/** Digits that name a commit for people, as git shows them. */
const LABEL_DIGITS = 7

/** The commits that changed a key, as versions of its value. */
export async function versionsIn(
  branch: OpenBranch,
  key: Key,
  { options, signal }: Call,
): Promise<readonly ValueVersion[]> {
  const { limit = DEFAULT_PAGE } = options
  const versions: ValueVersion[] = []
  if (limit === 0) return versions
  for await (const { commit, author, time, message, isThere } of historyOf(branch, key, signal)) {
    const subject = message.split('\n', 1)[0]?.trim()
    versions.push({
      id: commit,
      time,
      isValue: isThere,
      label: commit.slice(0, LABEL_DIGITS),
      author: author.name,
      message: subject,
    })
    if (versions.length >= limit) break
  }
  return versions
}

/** A version is named by the whole id of a commit: other names could be options of git, or move. */
const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** The value of a key in a commit; `undefined` if there is no such commit, or it has none. */
export async function versionAt(branch: OpenBranch, key: Key, id: string): Promise<Uint8Array | undefined> {
  if (!COMMIT_ID.test(id)) return undefined
  try {
    return await valueAt(branch, key, id)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

export async function valueAt(
  { trees, repository }: OpenBranch,
  key: Key,
  name: string,
): Promise<Uint8Array | undefined> {
  try {
    const commit = await repository.resolve(name)
    if (commit === undefined) {
      throw failure('NOT_FOUND', 'get', key, `there is no commit or tag ${JSON.stringify(name)}`)
    }
    const names = namesOf(key)
    const entry = names && (await trees.find((await trees.commit(commit)).tree, names))
    if (entry === undefined || !isFile(entry)) return undefined
    return (await repository.read(entry.oid))?.bytes
  } catch (error) {
    throw gitFailure('get', error)
  }
}
