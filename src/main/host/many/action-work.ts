import { throwIfAborted } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { ManyAction } from '../../../shared/procedures/many.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { statIfPresent } from '../transfers/write-version.ts'
import { type ActionParts, movesAway } from './action-parts.ts'
import type { LogEntry } from './action-record.ts'
import { partsOfBranch } from './branch-order.ts'
import { BranchWork, hiddenBelow } from './branch-work.ts'
import { KeyWork, type Pair } from './key-work.ts'
import { isTaken, targetsOf } from './new-names.ts'
import { RootList } from './root-list.ts'
import { type RootStep, type TargetOf, vacating } from './root-order.ts'
import { type Root, type RootPlace, rootsOf } from './roots.ts'

/** The number of keys whose intents are written together. */
const CHUNK = 128

/** The position at which a killed process stopped. */
interface Unfinished {
  readonly place: RootPlace
  /** The root that was being handled; absent if the process was between roots. */
  readonly root: Extract<LogEntry, { readonly type: 'root' }> | undefined
  /** For each way to handle the whole branch of this root in one step: whether it succeeded. */
  readonly methods: ReadonlyMap<string, boolean>
  readonly after: Key | undefined
  /** Roots of a list that were handled before their turn. */
  readonly early: ReadonlySet<number>
}

/** Carries out an action. Continues where its record ends. */
export class ActionWork {
  readonly #parts: ActionParts
  readonly #action: ManyAction
  readonly #isMove: boolean
  readonly #keys: KeyWork
  readonly #branches: BranchWork

  constructor(parts: ActionParts) {
    this.#parts = parts
    this.#action = parts.record.about.action
    this.#isMove = movesAway(this.#action)
    this.#keys = new KeyWork(parts)
    this.#branches = new BranchWork(parts)
  }

  async run(): Promise<void> {
    const { source, target, signal } = this.#parts
    const before = await this.#parts.record.roots()
    const unfinished = await this.#settleUnfinished(before)
    const list = unfinished === undefined ? await this.#list() : before
    if (unfinished?.root !== undefined) {
      const { from, to, place } = unfinished.root
      const root = { key: Key.parse(from), place, isLeaf: false }
      await this.#handle(root, to === undefined ? undefined : Key.parse(to), unfinished)
    }
    const leaves: Pair[] = []
    let at: RootPlace | undefined
    const leaving = new Set<string>()
    const flush = async (): Promise<void> => {
      if (leaves.length > 0) await this.#keys.handle(leaves.splice(0), false, at)
      leaving.clear()
    }
    const targetOf = this.#action.type === 'delete' ? undefined : targetsOf(this.#action, { source, target })
    for await (const { root, target: found } of this.#steps(list, targetOf, unfinished)) {
      throwIfAborted(signal, 'handle', root.key)
      if (targetOf !== undefined && found === undefined) continue
      if (found?.problem !== undefined) {
        this.#parts.progress.stayed(root.key, found.problem, false)
        continue
      }
      if (root.isLeaf) {
        // Keys of one chunk are handled concurrently, so none may take a name that another of them still has.
        if (found !== undefined && leaving.has(found.key.toString())) await flush()
        leaves.push({ from: root.key, to: found?.key })
        leaving.add(root.key.toString())
        at = root.place
        if (leaves.length === CHUNK) await flush()
        continue
      }
      await flush()
      await this.#handle(root, found?.key)
    }
    await flush()
  }

  /** Lists the roots in advance if the action creates names in the store that the roots are read from. */
  async #list(): Promise<RootList | undefined> {
    const { record, source, target, signal } = this.#parts
    if (this.#action.type === 'delete' || source !== target) return undefined
    const list = await RootList.read(source, this.#action.selection, signal)
    await record.saveRoots(list)
    return list
  }

  async *#steps(
    list: RootList | undefined,
    targetOf: TargetOf | undefined,
    unfinished: Unfinished | undefined,
  ): AsyncIterable<RootStep> {
    const { source, signal } = this.#parts
    if (list === undefined || targetOf === undefined) {
      for await (const root of rootsOf(source, this.#action.selection, signal, unfinished?.place))
        yield { root, target: await targetOf?.(root.key, signal) }
      return
    }
    const position = unfinished && { after: unfinished.place.part, early: unfinished.early }
    if (this.#isMove) {
      yield* vacating(list, targetOf, signal, position)
      return
    }
    for (let index = (position?.after ?? -1) + 1; index < list.length; index++) {
      const root = { ...list.at(index), place: { part: index } }
      yield { root, target: await targetOf(root.key, signal) }
    }
  }

  async #handle(root: Root, to: Key | undefined, unfinished?: Unfinished): Promise<void> {
    const { record, source, target, signal, progress } = this.#parts
    const isOneStore = source === target
    if (to !== undefined && root.key.isAncestorOf(to) && isOneStore) {
      throw new BadInputError(
        `Cannot put "${root.key.toString()}" into "${to.toString()}": a branch cannot be moved or copied into itself`,
      )
    }
    if (unfinished === undefined) {
      await record.append({ type: 'root', place: root.place, from: root.key.toString(), to: to?.toString() })
    }
    const isDone =
      unfinished?.after === undefined && (await this.#branches.asOne(root.key, to, unfinished?.methods))
    let wereEmpty = 0
    if (isDone) {
      const own = root.key.isRoot ? undefined : await statIfPresent(source, root.key)
      if (own !== undefined) await this.#keys.handle([{ from: root.key, to }], true)
    } else {
      const isFresh = to !== undefined && !(await isTaken(target, to, signal))
      const parts = partsOfBranch(source, {
        from: root.key,
        to: this.#isMove && isOneStore ? to : undefined,
        after: unfinished?.after,
        signal,
        foundEmpty: () => wereEmpty++,
      })
      for await (const keys of parts) await this.#each(keys, root.key, to, isFresh)
    }
    if (isDone || !this.#isMove) return
    // Branches that were already empty have no keys to move. Pruning would lose them, so they stay.
    if (to === undefined || wereEmpty === 0) await source.prune(root.key)
    else progress.stayed(root.key, 'it contains branches without keys, which stay where they are', false)
    const hidden = await hiddenBelow(source, root.key, signal)
    if (hidden !== undefined) progress.stayed(root.key, hidden, false)
  }

  async #each(keys: AsyncIterable<Key>, from: Key, to: Key | undefined, isFresh: boolean): Promise<void> {
    const chunk: Pair[] = []
    for await (const key of keys) {
      chunk.push({ from: key, to: to?.child(key.relativeTo(from)) })
      if (chunk.length === CHUNK) await this.#keys.handle(chunk.splice(0), isFresh)
    }
    if (chunk.length > 0) await this.#keys.handle(chunk, isFresh)
  }

  /** Finds out how far the last steps of a killed process came, and completes them. */
  async #settleUnfinished(list: RootList | undefined): Promise<Unfinished | undefined> {
    const { record, progress } = this.#parts
    let root: Unfinished['root'] | undefined
    let methods = new Map<string, boolean>()
    let after: string | undefined
    let place: RootPlace | undefined
    let open: LogEntry | undefined
    let branch: Extract<LogEntry, { readonly type: 'branch' }> | undefined
    const early = new Set<number>()
    const noteEarly = (key: string, { part }: RootPlace): void => {
      const index = list?.indexOf(Key.parse(key)) ?? -1
      if (index > part) early.add(index)
    }
    for await (const entry of record.entries()) {
      if (entry.type === 'root') {
        root = entry
        place = entry.place
        methods = new Map()
        after = undefined
        noteEarly(entry.from, entry.place)
      } else if (entry.type === 'branch') {
        branch = entry
        open = entry
      } else if (entry.type === 'staged' || entry.type === 'keys') open = entry
      else if (entry.type === 'at') {
        after = entry.last
        if (entry.place !== undefined) {
          root = undefined
          place = entry.place
          noteEarly(entry.last, entry.place)
        }
      } else {
        if (entry.type === 'branchEnd' && branch !== undefined) methods.set(branch.way, entry.isDone)
        open = undefined
      }
      if (entry.type === 'outcomes') progress.handled(entry.outcomes.filter(one => 'etag' in one).length, 0)
    }
    await record.begin()
    if (open?.type === 'keys') await this.#keys.settle(open.keys)
    else if (open !== undefined && branch !== undefined) {
      methods.set(branch.way, await this.#branches.settle(branch, open.type === 'staged'))
    }
    if (place === undefined) return undefined
    return { place, root, methods, after: after === undefined ? undefined : Key.parse(after), early }
  }
}
