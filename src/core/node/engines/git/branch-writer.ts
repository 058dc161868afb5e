import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { failure } from '../../../errors.ts'
import type { BranchHead, Head, Version } from './branch-head.ts'
import { DraftTree } from './draft.ts'
import { ObjectWriter, syncFolder } from './object-writer.ts'
import { commitContent, objectBytes, objectIdOf, type Signature } from './objects.ts'
import { headOf } from './place.ts'
import type { Repository } from './repository.ts'
import type { Trees } from './trees.ts'

/** A change that waits to be committed. */
export interface Change<Answer> {
  /** Checks the change against the tree so far and makes it there. It may be called again, over another tree. */
  readonly make: (draft: DraftTree, objects: ObjectWriter, head: Head) => Promise<Made<Answer>>
  /** Default: the author of the store. */
  readonly author?: Signature | undefined
}

/** What a change did: nothing, or edits that are one commit. */
export type Made<Answer> =
  | { readonly answer: Answer; readonly message?: undefined }
  | {
      readonly message: string
      /** The paths of the keys that have a new version. */
      readonly paths: readonly string[]
      readonly answer: (version: Version) => Answer
    }

interface Waiting {
  readonly change: Change<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** An answer to a change, which waits until the branch has moved. */
interface Answer {
  readonly deliver: () => void
  /** Called instead if it is unknown whether the commit of the change is durable; absent if the change made none. */
  readonly fail?: (error: unknown) => void
}

/** A failure once the branch may have moved: making the changes again could make them twice. */
class MayBeMoved extends Error {}

/** The number of commits that are made at a time. */
const MAX_AT_ONCE = 256
/** How long a branch may be moved by others again and again, or be locked, in milliseconds. */
const MAX_RETRY_TIME = 3000
/** The number of commits by others that are searched for an own one. */
const MAX_SEARCHED = 2000

/**
 * Commits changes to a branch, each as one commit. Changes that come while others are being committed are made together:
 * their commits follow one another, and the branch moves once. A branch that another program has moved meanwhile is
 * checked again.
 */
export class BranchWriter {
  readonly objects: ObjectWriter
  readonly #repository: Repository
  readonly #trees: Trees
  readonly #head: BranchHead
  readonly #ref: string
  readonly #author: Signature
  readonly #isDurable: boolean
  readonly #emptyTree: string
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(
    parts: {
      readonly repository: Repository
      readonly trees: Trees
      readonly head: BranchHead
      readonly ref: string
    },
    options: { readonly author: Signature; readonly isDurable: boolean; readonly isInline: boolean },
  ) {
    const { repository, trees, head, ref } = parts
    this.#repository = repository
    this.#trees = trees
    this.#head = head
    this.#ref = ref
    const { author, isDurable, isInline } = options
    this.#author = author
    this.#isDurable = isDurable
    const { folder, hash } = repository.place
    this.objects = new ObjectWriter(folder, hash, {
      isDurable,
      isInline,
      writePack: repository.writePack && (pack => repository.writePack?.(pack) as Promise<void>),
    })
    this.#emptyTree = objectIdOf(objectBytes('tree', new Uint8Array()), hash)
  }

  commit<Answer>(change: Change<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve: resolve as (answer: unknown) => void, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves once nothing is being written. */
  async settle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // Calls of the same turn are made together.
    await new Promise<void>(resolve => process.nextTick(resolve))
    while (this.#waiting.length > 0) await this.#group(this.#waiting.splice(0, MAX_AT_ONCE))
    this.#running = undefined
  }

  async #group(group: readonly Waiting[]): Promise<void> {
    const start = performance.now()
    for (let attempt = 0; ; attempt++) {
      let outcome: 'done' | 'moved' | 'dirty'
      try {
        outcome = await this.#attempt(group)
      } catch (error) {
        if (group.length === 1) group[0]?.reject(error)
        else for (const one of group) await this.#group([one])
        return
      }
      if (outcome === 'done') return
      if (outcome === 'dirty' && group.length > 1) {
        for (const one of group) await this.#group([one])
        return
      }
      if (outcome === 'dirty' || performance.now() - start > MAX_RETRY_TIME) {
        const error =
          outcome === 'dirty'
            ? failure(
                'CONFLICT',
                'commit',
                undefined,
                'its file in the working tree has changes that are not committed',
              )
            : failure('TIMEOUT', 'commit', undefined, 'another program keeps moving or locking the branch')
        for (const { reject } of group) reject(error)
        return
      }
      if (attempt > 1) await new Promise(resolve => setTimeout(resolve, Math.min(2 ** attempt, 100)))
    }
  }

  async #attempt(group: readonly Waiting[]): Promise<'done' | 'moved' | 'dirty'> {
    const old = await this.#head.current
    const answers: Answer[] = []
    const versions: [string, Version][] = []
    let head = old
    let draft = new DraftTree(this.#trees, old.tree)
    for (const { change, resolve, reject } of group) {
      let made: Made<unknown>
      try {
        made = await change.make(draft, this.objects, head)
      } catch (error) {
        answers.push({ deliver: () => reject(error) })
        draft = new DraftTree(this.#trees, head.tree)
        continue
      }
      if (made.message === undefined) {
        const { answer } = made
        answers.push({ deliver: () => resolve(answer) })
        continue
      }
      const { answer, paths } = made
      const version = this.#commit(head, draft.write(this.objects), made.message, change.author)
      head = version.head
      for (const path of paths) versions.push([path, version])
      answers.push({ deliver: () => resolve(answer(version)), fail: reject })
    }
    if (head.commit === undefined || head === old) {
      for (const { deliver } of answers) deliver()
      return 'done'
    }
    try {
      const outcome = await this.#move(old, head, head.commit, versions)
      if (outcome === 'done') for (const { deliver } of answers) deliver()
      return outcome
    } catch (error) {
      if (!(error instanceof MayBeMoved)) throw error
      for (const { deliver, fail = deliver } of answers) fail(error.cause)
      return 'done'
    }
  }

  #commit(
    head: Head,
    tree: string,
    message: string,
    author = this.#author,
  ): Required<Version> & { readonly head: Head } {
    const time = Math.floor(Date.now() / 1000) * 1000
    const parents = head.commit === undefined ? [] : [head.commit]
    const commit = this.objects.put('commit', commitContent({ tree, parents, author, time, message }))
    return { commit, time, head: { commit, tree } }
  }

  async #move(
    old: Head,
    head: Head,
    commit: string,
    versions: readonly [string, Version][],
  ): Promise<'done' | 'moved' | 'dirty'> {
    const workTree = await this.#workTree()
    if (workTree !== undefined && !this.#repository.updatesWorkTrees) {
      const state = 'the branch is checked out, and only the program git can update its working tree'
      throw failure('UNSUPPORTED', 'commit', undefined, state)
    }
    await this.objects.flush()
    const before = old.commit ?? this.#emptyTree
    if (workTree !== undefined && !(await this.#repository.updateWorkTree(workTree, before, commit))) {
      return 'dirty'
    }
    let isMoved = false
    try {
      isMoved = await this.#moveRef(old.commit, commit)
    } catch (error) {
      if (error instanceof MayBeMoved) isMoved = true
      throw error
    } finally {
      if (!isMoved && workTree !== undefined) {
        await this.#repository.updateWorkTree(workTree, commit, before)
      }
    }
    if (!isMoved) return 'moved'
    this.#head.moved(old, head, versions)
    this.#repository.wrote(this.objects.written)
    if (this.#isDurable) await this.#syncRef()
    return 'done'
  }

  /** @throws MayBeMoved if the reference may have moved though it failed. */
  async #moveRef(old: string | undefined, commit: string): Promise<boolean> {
    try {
      return await this.#repository.moveRef({ ref: this.#ref, old, new: commit })
    } catch (error) {
      let isMoved: boolean
      try {
        isMoved = await this.#isInBranch(commit, old)
      } catch {
        throw new MayBeMoved('', { cause: error })
      }
      if (isMoved) return true
      throw error
    }
  }

  /** Whether the branch has a commit, on which others may have built meanwhile. */
  async #isInBranch(commit: string, old: string | undefined): Promise<boolean> {
    const tip = await this.#repository.resolve(this.#ref)
    const seen = new Set(tip === undefined ? [] : [tip])
    for (const one of seen) {
      if (one === commit) return true
      if (seen.size > MAX_SEARCHED) throw new Error('The commit was not found in time')
      if (one === old) continue
      for (const parent of (await this.#trees.commit(one)).parents) seen.add(parent)
    }
    return false
  }

  /** Flushes the name of the reference, and those of the folders that it may have made. */
  async #syncRef(): Promise<void> {
    const { folder } = this.#repository.place
    try {
      for (let ref = dirname(this.#ref); ref !== 'refs'; ref = dirname(ref))
        await syncFolder(join(folder, ref))
    } catch (error) {
      const state = 'the commit was made, but may not survive a power cut'
      throw new MayBeMoved('', { cause: failure('IO', 'commit', undefined, state, error) })
    }
  }

  /** The working tree in which the branch is checked out now. */
  async #workTree(): Promise<string | undefined> {
    const { folder, workTree } = this.#repository.place
    if (workTree !== undefined && (await headOf(folder)) === this.#ref) return workTree
    const linked = await readdir(join(folder, 'worktrees')).catch(() => [])
    for (const name of linked) {
      const own = join(folder, 'worktrees', name)
      if ((await headOf(own)) !== this.#ref) continue
      return dirname((await readFile(join(own, 'gitdir'), 'utf8')).trim())
    }
    return undefined
  }
}
