import { mkdir, readdir } from 'node:fs/promises'
import { failure, messageOf } from '../../../errors.ts'
import type { Gate } from '../../../open/turns.ts'
import { systemCode } from '../../fs/disk.ts'
import { SharedUses } from '../shared-uses.ts'
import { BranchHead } from './branch-head.ts'
import { BranchWriter } from './branch-writer.ts'
import { failureOfGit, gitFailure, hasGit, runGit } from './git-process.ts'
import { IsomorphicRepository, loadClient } from './isomorphic-repository.ts'
import type { Signature } from './objects.ts'
import { findRepository, headOf } from './place.ts'
import { ProgramRepository } from './program-repository.ts'
import type { PartialSignature, Repository, RepositoryPlace } from './repository.ts'
import { Trees } from './trees.ts'

export interface BranchOptions {
  readonly branch: string | undefined
  readonly at: string | undefined
  readonly create: boolean
  readonly isReadOnly: boolean
  readonly isDurable: boolean
  readonly isInline: boolean
  readonly author: PartialSignature
  readonly program: 'git' | 'isomorphic-git' | undefined
}

/** A branch that is open, shared by all stores of this process over it. */
interface SharedBranch {
  readonly repository: Repository
  readonly trees: Trees
  readonly head: BranchHead
  readonly writer: BranchWriter | undefined
}

export interface OpenBranch extends SharedBranch {
  readonly id: string
  readonly gate: Gate
  readonly isDurable: boolean
  readonly release: () => Promise<void>
}

const branches = new SharedUses<SharedBranch>()
const ACTION = 'open the repository'

/** Whether git can be run, asked once. */
let program: Promise<boolean> | undefined

/**
 * Opens a branch, or a commit.
 * @throws DatastoreError `CONFIG_INVALID` if there is no repository, branch or commit, `ACCESS_DENIED`, `UNSUPPORTED`, `IO`
 */
export async function openBranch(path: string, options: BranchOptions): Promise<OpenBranch> {
  program ??= hasGit()
  const usesGit = options.program === undefined ? await program : options.program === 'git'
  const place = (await findRepository(path)) ?? (await createdAt(path, options, usesGit))
  try {
    const ref = options.at === undefined ? await refOf(place, options.branch) : options.at
    return await shared(place, ref, options, usesGit)
  } catch (error) {
    throw gitFailure(ACTION, error)
  }
}

async function shared(
  place: RepositoryPlace,
  ref: string,
  options: BranchOptions,
  usesGit: boolean,
): Promise<OpenBranch> {
  const { at, isDurable, isReadOnly, isInline, author } = options
  const isFixed = at !== undefined
  const open = async (): Promise<SharedBranch> => {
    const repository = usesGit
      ? new ProgramRepository(place, isDurable, signature(author))
      : new IsomorphicRepository(place, isDurable, await loadClient())
    try {
      if (!usesGit && place.hash !== 'sha1') {
        throw failure(
          'UNSUPPORTED',
          ACTION,
          undefined,
          'only the program git reads a repository with SHA-256',
        )
      }
      return await openedBranch(repository, ref, isFixed, options)
    } catch (error) {
      await repository.close()
      throw error
    }
  }
  const { name = '', email = '' } = author
  const use = [place.folder, ref, isFixed, isDurable, isReadOnly, isInline, usesGit, name, email].join('\n')
  const { value, gate, release } = await branches.use(use, open, closeBranch)
  const { commit } = await value.head.current
  const id = `git:${place.folder}:${isFixed ? (commit ?? ref) : ref}`
  return { ...value, id, gate, isDurable, release }
}

async function openedBranch(
  repository: Repository,
  ref: string,
  isFixed: boolean,
  { isReadOnly, isDurable, isInline, create, author }: BranchOptions,
): Promise<SharedBranch> {
  const trees = new Trees(repository)
  const commit = isFixed ? await repository.resolve(ref) : undefined
  if (isFixed && commit === undefined) {
    throw failure('CONFIG_INVALID', ACTION, undefined, `there is no commit or tag ${JSON.stringify(ref)}`)
  }
  const head = new BranchHead(repository, trees, isFixed ? (commit as string) : ref, isFixed)
  const { commit: latest } = await head.current
  const canBegin = create && !isReadOnly
  if (latest === undefined && !canBegin && !isFixed && (await hasCommits(repository, ref))) {
    const name = ref.replace('refs/heads/', '')
    throw failure('CONFIG_INVALID', ACTION, undefined, `there is no branch ${JSON.stringify(name)}`)
  }
  if (isFixed || isReadOnly) return { repository, trees, head, writer: undefined }
  const { name, email } = author
  const isGiven = name !== undefined && email !== undefined
  const configured = isGiven ? author : await repository.author()
  const by = signature({ name: name ?? configured.name, email: email ?? configured.email })
  const writer = new BranchWriter({ repository, trees, head, ref }, { author: by, isDurable, isInline })
  return { repository, trees, head, writer }
}

/** Whether a repository is not new: then a missing branch is a mistake. */
async function hasCommits(repository: Repository, ref: string): Promise<boolean> {
  const checkedOut = await headOf(repository.place.folder)
  return checkedOut !== ref || (await repository.resolve('HEAD')) !== undefined
}

function signature({ name = 'Strata', email = 'strata@localhost' }: PartialSignature): Signature {
  return { name, email }
}

async function closeBranch({ repository, head, writer }: SharedBranch): Promise<void> {
  head.close()
  await writer?.settle()
  await repository.close()
}

/** The full name of a branch. */
async function refOf({ ownFolder }: RepositoryPlace, branch: string | undefined): Promise<string> {
  if (branch !== undefined) {
    if (isBranchName(branch)) return `refs/heads/${branch}`
    throw failure('CONFIG_INVALID', ACTION, undefined, `${JSON.stringify(branch)} is not a name of a branch`)
  }
  const head = await headOf(ownFolder)
  if (head !== undefined) return head
  const state = 'no branch is checked out there, so it has to be named (branch, or at for a commit)'
  throw failure('CONFIG_INVALID', ACTION, undefined, state)
}

/** As git-check-ref-format(1) allows them. */
export function isBranchName(name: string): boolean {
  return (
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|\.$|\/$|^\/|^\.|^-/u.test(name) &&
    name !== '' &&
    name !== '@'
  )
}

/** Makes a bare repository where there is nothing, or an empty folder. */
async function createdAt(
  path: string,
  { create, isReadOnly, at, branch = 'main' }: BranchOptions,
  usesGit: boolean,
): Promise<RepositoryPlace> {
  const inside = await readdir(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw failure('CONFIG_INVALID', ACTION, undefined, messageOf(error), error)
  })
  if (!create || isReadOnly || at !== undefined || (inside ?? []).length > 0) {
    const state = inside === undefined ? 'there is no such folder' : 'the folder is not a git repository'
    throw failure('CONFIG_INVALID', ACTION, undefined, `${state} (${JSON.stringify(path)})`)
  }
  if (!isBranchName(branch)) {
    throw failure('CONFIG_INVALID', ACTION, undefined, `${JSON.stringify(branch)} is not a name of a branch`)
  }
  try {
    if (usesGit) {
      const args = ['init', '--bare', '--quiet', `--initial-branch=${branch}`, '--', path]
      const { code, stderr } = await runGit(args)
      if (code !== 0) throw failureOfGit(ACTION, stderr)
    } else {
      await mkdir(path, { recursive: true })
      const { default: fs } = await import('node:fs')
      const client = await loadClient()
      await client.init({ fs, bare: true, gitdir: path, defaultBranch: branch })
    }
  } catch (error) {
    throw gitFailure(ACTION, error)
  }
  const place = await findRepository(path)
  if (place === undefined) throw failure('IO', ACTION, undefined, 'the repository could not be made')
  return place
}
