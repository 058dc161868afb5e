import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import type { ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { listOptionsOf } from '../../../list-page.ts'
import type { Call } from '../../../open/call.ts'
import type { Payload } from '../../../open/payload.ts'
import type { Found, Moved, Removed, Store, StoreInfo, Written } from '../../../open/store.ts'
import type { Head } from './branch-head.ts'
import type { Made } from './branch-writer.ts'
import { DraftTree } from './draft.ts'
import { namesOf } from './names.ts'
import type { ObjectWriter } from './object-writer.ts'
import { FILE, FOLDER, isFile, objectBytes, objectIdOf, type TreeEntry } from './objects.ts'
import { fileIn, keptNames, refuseObstacle } from './obstacles.ts'
import type { OpenBranch } from './open-branch.ts'
import { pageOfTree } from './tree-page.ts'
import type { Trees } from './trees.ts'

/** A write that waits for the commit; without an entry, a removal. */
interface Edit {
  readonly key: Key
  readonly names: readonly string[]
  readonly entry: TreeEntry | undefined
}

/**
 * A transaction of a branch: it reads one commit, and its writes are one commit that is made only if what it has read is
 * still the same. A level is the same while its tree is.
 */
export class GitTransaction implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly #head: Head
  readonly #trees: Trees
  readonly #branch: OpenBranch
  readonly #draft: DraftTree
  /** The ids of files and levels that were read, by their names. */
  readonly #seen = new Map<string, { readonly names: readonly string[]; readonly oid: string | undefined }>()
  readonly #edits: Edit[] = []
  /** What was written, by its id. It goes to the repository with the commit. */
  readonly #blobs = new Map<string, Uint8Array>()

  constructor(info: StoreInfo, head: Head, trees: Trees, branch: OpenBranch) {
    this.info = info
    this.capabilities = {
      ...MINIMAL,
      writable: branch.writer !== undefined,
      rename: 'atomic',
      list: 'level',
      valueAndBranch: false,
    }
    this.#head = head
    this.#trees = trees
    this.#branch = branch
    this.#draft = new DraftTree(trees, head.tree)
  }

  get operations() {
    return this.#edits.map(
      ({ key, entry }) => ({ key, type: entry === undefined ? 'delete' : 'put' }) as const,
    )
  }

  async read(key: Key): Promise<Found | undefined> {
    const names = namesOf(key)
    const entry = names && (await this.#find('get', key, names))
    if (entry === undefined) return undefined
    const { repository } = this.#branch
    const own = this.#blobs.get(entry.oid)
    if (own !== undefined) return { bytes: own, shared: true, etag: entry.oid }
    const found = await repository.read(entry.oid)
    return found && { bytes: found.bytes, shared: false, etag: entry.oid }
  }

  async #find(action: string, key: Key, names: readonly string[]): Promise<TreeEntry | undefined> {
    await this.#note(names)
    return fileIn(this.#draft, action, key, names)
  }

  async #note(names: readonly string[]): Promise<void> {
    const path = names.join('/')
    if (this.#seen.has(path)) return
    this.#seen.set(path, { names, oid: (await this.#trees.find(this.#head.tree, names))?.oid })
  }

  async write(key: Key, value: Payload): Promise<Written> {
    const names = keptNames('put', key)
    const bytes = value.keep()
    await refuseObstacle('put', key, names, this.#draft)
    const oid = objectIdOf(objectBytes('blob', bytes), this.#branch.repository.place.hash)
    this.#blobs.set(oid, bytes)
    const mode = (await this.#draft.find(names))?.mode ?? FILE
    await this.#edit({ key, names, entry: { mode, oid } })
    return { etag: oid }
  }

  async remove(key: Key): Promise<Removed> {
    const names = namesOf(key)
    if (names === undefined || (await this.#find('delete', key, names)) === undefined) return 'absent'
    await this.#edit({ key, names, entry: undefined })
    return 'removed'
  }

  async move(from: Key, to: Key, { options }: Call): Promise<Moved> {
    const target = keptNames('rename to', to)
    const source = namesOf(from)
    const entry = source && (await this.#find('rename', from, source))
    if (source === undefined || entry === undefined) return 'absent'
    const there = await this.#draft.find(target)
    await this.#note(target)
    if (!options.replace && there !== undefined && isFile(there)) return 'exists'
    await this.#edit({ key: from, names: source, entry: undefined })
    await refuseObstacle('rename to', to, target, this.#draft)
    await this.#edit({ key: to, names: target, entry })
    return 'moved'
  }

  async #edit(edit: Edit): Promise<void> {
    await apply(this.#draft, edit)
    this.#edits.push(edit)
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    const names = namesOf(prefix)
    if (names === undefined) return { children: [] }
    await this.#note(names)
    const level = await this.#draft.level(names)
    return level === undefined ? { children: [] } : pageOfTree(level, prefix, listOptionsOf(call))
  }

  /** Makes the edits in the tree of another commit. The answer is false if what was read is not the same there. */
  async make(
    draft: DraftTree,
    {
      now,
      objects,
      message,
    }: { readonly now: Head; readonly objects: ObjectWriter; readonly message: string },
  ): Promise<Made<boolean>> {
    if (now.tree !== this.#head.tree) {
      for (const { names, oid } of this.#seen.values()) {
        const found = await this.#trees.find(now.tree, names)
        if (found?.oid !== oid) return { answer: false }
      }
    }
    for (const edit of this.#edits) {
      const { key, names, entry } = edit
      if (entry !== undefined) await refuseObstacle('put', key, names, draft)
      else if ((await draft.find(names))?.mode === FOLDER) continue
      await apply(draft, edit)
    }
    for (const bytes of this.#blobs.values()) objects.put('blob', bytes)
    return { message, paths: this.#edits.map(({ names }) => names.join('/')), answer: () => true }
  }
}

async function apply(draft: DraftTree, { names, entry }: Edit): Promise<void> {
  if (entry !== undefined) await draft.set(names, entry)
  else if ((await draft.find(names)) !== undefined) await draft.remove(names)
}
