import type { GitObject, HashName, Signature } from './objects.ts'

/** Who makes the commits, as far as it is given. */
export interface PartialSignature {
  readonly name?: string | undefined
  readonly email?: string | undefined
}

/** One commit that changed a key. */
export interface FoundCommit {
  readonly commit: string
  readonly author: Signature
  /** Milliseconds since 1970. */
  readonly time: number
  readonly message: string
}

/** Moves a reference, unless another program has moved it: `old` is what it has to be, absent if it has to be new. */
export interface RefMove {
  readonly ref: string
  readonly old: string | undefined
  readonly new: string
}

/** Where the files of a repository are. Paths are absolute. */
export interface RepositoryPlace {
  /** Shared by all working trees: objects and branches. */
  readonly folder: string
  /** Of the working tree that was opened, or the same folder. */
  readonly ownFolder: string
  readonly hash: HashName
  readonly isBare: boolean
  /** The folder of the main working tree. */
  readonly workTree: string | undefined
}

/** A repository, as far as it takes more than its plain files: the program git, or isomorphic-git. */
export interface Repository {
  readonly place: RepositoryPlace
  /** Whether it can update a working tree. */
  readonly updatesWorkTrees: boolean
  /** `undefined` if there is no such object. */
  read(oid: string): Promise<GitObject | undefined>
  /** The number of bytes of a blob. */
  sizeOf(oid: string): Promise<number | undefined>
  /** The commit that a branch, a tag or an id names. */
  resolve(name: string): Promise<string | undefined>
  /** @returns False if the reference has another value, or another program is moving it. */
  moveRef(move: RefMove): Promise<boolean>
  /**
   * Updates a working tree and its index for the files that two commits or trees have differently.
   * @returns False if one of those files has changes that are not committed: nothing was updated.
   */
  updateWorkTree(folder: string, old: string, next: string): Promise<boolean>
  /** The commits that changed a path, the latest first; by a faster way than reading each. Default: by reading each. */
  history?(tip: string, path: string, signal: AbortSignal | undefined): AsyncIterable<FoundCommit>
  /** Writes the objects of a pack. Default: objects are written one by one. */
  writePack?(pack: Uint8Array): Promise<void>
  /** Called after commits with the number of objects that were written so far: they may be packed now. */
  wrote(objects: number): void
  /** The author that is configured. */
  author(): Promise<PartialSignature>
  close(): Promise<void>
}
