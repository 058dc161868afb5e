import type { CallOptions } from '../../../datastore.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { Call } from '../../../open/call.ts'
import { Datastore } from '../../../open/datastore.ts'
import type { Operation } from '../../../open/store.ts'
import { GitStore } from './git-store.ts'
import { historyOf, type KeyCommit, valueAt } from './history.ts'
import type { Signature } from './objects.ts'
import { type OpenBranch, openBranch } from './open-branch.ts'
import type { PartialSignature } from './repository.ts'

/** How a branch of a git repository is opened. */
export interface GitOptions {
  /** Default: the branch that is checked out; in a new repository `main`. One that is missing begins with the first put. */
  readonly branch?: string | undefined
  /** Open this commit or tag, read-only, instead of a branch. */
  readonly at?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
  /** Make a bare repository where there is none, or a branch. Default true. */
  readonly create?: boolean | undefined
  /** Who makes the commits. Default: `user.name` and `user.email` of the configuration, else Strata. */
  readonly author?: PartialSignature | undefined
  /** What a put waits for. `none` (default): the system's memory. `full`: the device. */
  readonly durability?: 'none' | 'full' | undefined
  /**
   * Let small objects be written on the calling thread. Default true, because that is several times as fast. Set it to
   * false in a program whose thread must never wait for a disk.
   */
  readonly inline?: boolean | undefined
  /** Default: the program git where it is installed, else the package isomorphic-git. */
  readonly program?: 'git' | 'isomorphic-git' | undefined
}

/** How operations are committed together. */
export interface CommitOptions extends CallOptions {
  /** Default: the operations. */
  readonly message?: string | undefined
  readonly author?: Signature | undefined
}

/** Files of a branch of a git repository: each write is a commit. */
export class GitDatastore extends Datastore {
  readonly #store: GitStore
  readonly #branch: OpenBranch

  private constructor(store: GitStore, branch: OpenBranch) {
    super(store)
    this.#store = store
    this.#branch = branch
  }

  /**
   * Opens a branch of a repository: a bare one, or the one of a working tree.
   * @throws DatastoreError `CONFIG_INVALID` if there is no such repository, branch or commit, or neither git nor
   * isomorphic-git is installed; `UNSUPPORTED`, `ACCESS_DENIED`, `IO`
   */
  static async open(path: string, options: GitOptions = {}): Promise<GitDatastore> {
    const { branch, at, readOnly = false, create = true, author = {}, inline = true, program } = options
    if (branch !== undefined && at !== undefined) {
      const state = 'branch and at exclude each other: a branch is written, a commit is only read'
      throw failure('CONFIG_INVALID', 'open the repository', undefined, state)
    }
    const isDurable = options.durability === 'full'
    const given = { branch, at, create, isReadOnly: readOnly, isDurable, isInline: inline, author, program }
    const opened = await openBranch(path, given)
    return new GitDatastore(new GitStore(opened, readOnly || at !== undefined), opened)
  }

  /** Applies operations as one commit with a message of its own. */
  async commit(operations: readonly Operation[], options: CommitOptions = {}): Promise<void> {
    if (!this.capabilities.writable) {
      throw failure('READ_ONLY', 'commit a batch', undefined, 'the store is read-only')
    }
    await this.#store.commit(operations, Call.from(options), options)
  }

  /** The commits that changed a key, the latest first. It ends where the key was created, and continues before a deletion. */
  history(key: Key, options: CallOptions = {}): AsyncIterable<KeyCommit> {
    return historyOf(this.#branch, key, options.signal)
  }

  /** The value of a key in a commit, or in what a tag or another branch names; `undefined` if it had none. */
  valueAt(key: Key, commit: string): Promise<Uint8Array | undefined> {
    return valueAt(this.#branch, key, commit)
  }
}
