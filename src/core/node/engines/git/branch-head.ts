import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ChangeHub } from '../../../changes/change-hub.ts'
import type { Change } from '../../../datastore.ts'
import { Key } from '../../../key.ts'
import type { Maybe } from '../../../open/call.ts'
import { segmentOf } from './names.ts'
import { isFile } from './objects.ts'
import type { Repository } from './repository.ts'
import type { Trees } from './trees.ts'

/** The state of a branch; both are absent before its first commit. */
export interface Head {
  readonly commit: string | undefined
  readonly tree: string | undefined
}

/** The commit that made the present version of a key, and its time. */
export interface Version {
  readonly commit: string
  /** Absent if the version is older than this opening. */
  readonly time?: number | undefined
}

/** Commits by others are followed one by one up to this many; beyond, only their sum is compared. */
const MAX_FOLLOWED = 2000
/** Changes by others are reported one by one up to this many. */
const MAX_REPORTED = 10_000
/** How far an etag of another opening is followed back. */
const MAX_TRACED = 10_000
/** How often the branch is checked while it is watched, in milliseconds. */
const POLL = 200

/**
 * Follows a branch: its latest commit, and which commit made the present version of each key. The version of a key that
 * has not changed since the branch was opened is named by the commit that it was opened at, so no history is read.
 */
export class BranchHead {
  /** Of each store over this branch. */
  readonly hubs = new Set<ChangeHub>()
  readonly #repository: Repository
  readonly #trees: Trees
  readonly #ref: string
  /** A commit that never moves: a tag, or an older commit. */
  readonly #isFixed: boolean
  #head: Head = { commit: undefined, tree: undefined }
  #base: string | undefined
  readonly #versions = new Map<string, Version>()
  /** The content of the files of the reference at the last check. */
  #seen: string | undefined
  #refreshing: Promise<Head> | undefined
  #watchers = 0
  #poll: NodeJS.Timeout | undefined

  /** @param ref A reference, or with `isFixed` a commit. */
  constructor(repository: Repository, trees: Trees, ref: string, isFixed: boolean) {
    this.#repository = repository
    this.#trees = trees
    this.#ref = ref
    this.#isFixed = isFixed
  }

  /** The branch as it is now. Without a promise if it has not changed. */
  get current(): Maybe<Head> {
    if (this.#isFixed && this.#seen !== undefined) return this.#head
    const seen = this.#isFixed ? this.#ref : this.#readReference()
    if (seen === this.#seen) return this.#head
    this.#refreshing ??= this.#refresh(seen).finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** The content of the file of the reference, which is exact however fast it changes. */
  #readReference(): string {
    const { folder } = this.#repository.place
    try {
      return readFileSync(join(folder, this.#ref), 'latin1').trim()
    } catch {
      const packed = statSync(join(folder, 'packed-refs'), { throwIfNoEntry: false })
      return packed === undefined ? 'none' : `packed ${packed.ino} ${packed.mtimeMs} ${packed.size}`
    }
  }

  async #refresh(seen: string): Promise<Head> {
    let commit: string | undefined
    if (/^[0-9a-f]{40,64}$/.test(seen)) commit = seen
    else if (seen !== 'none') commit = await this.#repository.resolve(this.#ref)
    if (commit !== this.#head.commit || this.#seen === undefined) await this.#follow(commit)
    this.#seen = seen
    return this.#head
  }

  async #follow(commit: string | undefined): Promise<void> {
    const old = this.#head
    const tree = commit === undefined ? undefined : (await this.#trees.commit(commit)).tree
    const isFirst = this.#seen === undefined
    const chain = isFirst || old.commit === undefined ? undefined : await this.#chainTo(commit, old.commit)
    const versions: [string, Version][] = []
    let below = old.tree
    for (const one of chain ?? []) {
      const { tree: next, time } = await this.#trees.commit(one)
      await this.#trees.diff(below, next, names => versions.push([names.join('/'), { commit: one, time }]))
      below = next
    }
    const changed: { names: readonly string[]; isThere: boolean }[] = []
    if (!isFirst && [...this.hubs].some(hub => hub.hasWatchers)) {
      await this.#trees.diff(old.tree, tree, (names, entry) =>
        changed.push({ names, isThere: entry !== undefined && isFile(entry) }),
      )
    }
    // Own commits may have moved it meanwhile.
    if (this.#head !== old) return
    this.#head = { commit, tree }
    if (chain === undefined) {
      this.#base = commit
      this.#versions.clear()
    }
    for (const [path, version] of versions) this.#versions.set(path, version)
    this.#report(changed)
  }

  /** The commits after `old` up to `commit`, the oldest first; `undefined` if `old` is not below it. */
  async #chainTo(commit: string | undefined, old: string): Promise<string[] | undefined> {
    const chain: string[] = []
    for (let one = commit; one !== old; ) {
      if (one === undefined || chain.length === MAX_FOLLOWED) return undefined
      chain.push(one)
      one = (await this.#trees.commit(one)).parents[0]
    }
    return chain.reverse()
  }

  emit(change: Change): void {
    for (const hub of this.hubs) hub.emit(change)
  }

  #report(changed: readonly { readonly names: readonly string[]; readonly isThere: boolean }[]): void {
    if (changed.length > MAX_REPORTED) {
      this.emit({ type: 'resync', key: Key.root })
      return
    }
    for (const { names, isThere } of changed) {
      const segments = names.map(segmentOf)
      if (segments.some(segment => segment === undefined)) continue
      this.emit({ type: isThere ? 'put' : 'delete', key: Key.of(...(segments as string[])) })
    }
  }

  /**
   * Takes over commits that this process has made.
   * @param versions The path of each key that they changed, and its version.
   */
  moved(old: Head, next: Head, versions: readonly (readonly [string, Version])[]): void {
    if (this.#head.commit !== old.commit) return
    this.#head = next
    this.#seen = next.commit
    this.#base ??= next.commit
    for (const [path, version] of versions) this.#versions.set(path, version)
  }

  /** The version of a key that is there. */
  versionOf(path: string): Version {
    return this.#versions.get(path) ?? { commit: this.#base ?? '' }
  }

  /**
   * Whether the version that another opening saw at `commit` is still the present one of a key: no commit since has
   * touched it.
   */
  async isSince(commit: string, names: readonly string[], oid: string): Promise<boolean> {
    const exact = this.#versions.get(names.join('/'))?.commit
    let one = this.#head.commit
    for (let steps = 0; one !== undefined && steps < MAX_TRACED; steps++) {
      if (one === commit) return true
      if (one === exact) return false
      const { parents } = await this.#trees.commit(one)
      const parent = parents[0]
      if (parent === undefined) return false
      const { tree } = await this.#trees.commit(parent)
      if ((await this.#trees.find(tree, names))?.oid !== oid) return false
      one = parent
    }
    return false
  }

  /** Looks at the branch now and then until the signal fires, so that commits by others are reported. */
  watched(signal: AbortSignal): void {
    if (signal.aborted || this.#isFixed) return
    this.#watchers++
    this.#poll ??= setInterval(() => void this.#recheck(), POLL)
    signal.addEventListener('abort', () => {
      if (--this.#watchers === 0) this.close()
    })
  }

  async #recheck(): Promise<void> {
    try {
      await this.current
    } catch {
      // The next read reports it.
    }
  }

  close(): void {
    clearInterval(this.#poll)
    this.#poll = undefined
  }
}
