import { randomUUID } from 'node:crypto'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import { type ActionParts, movesAway } from './action-parts.ts'
import type { LogEntry } from './action-record.ts'
import { copyFolder } from './copy-folder/copy-folder.ts'
import { hasBelow } from './new-names.ts'

/** Handles whole branches of an action in one step, where the stores can. */
export class BranchWork {
  readonly #parts: ActionParts
  readonly #isMove: boolean

  constructor(parts: ActionParts) {
    this.#parts = parts
    this.#isMove = movesAway(parts.record.about.action)
  }

  /** Handles all below a key in one step, where the stores can. @returns Whether nothing below it is left to do. */
  async asOne(from: Key, to: Key | undefined, known?: ReadonlyMap<string, boolean>): Promise<boolean> {
    const { source, target } = this.#parts
    if (to === undefined) return known?.get('aside') ?? (await this.#setAside(from))
    // Two sessions of one stack may be one session after a restart: what was copied by then is not moved again.
    if (source === target && this.#isMove && known?.get('copy') !== true) {
      return known?.get('move') ?? (await this.#moveAsOne(from, to))
    }
    const isCopied = known?.get('copy') ?? (await this.#copyAsOne(from, to))
    if (!isCopied || !this.#isMove) return isCopied
    // What is not moved away as one is left, and named, rather than compared key by key with its copy.
    return known?.get('aside') ?? (await this.#setAside(from))
  }

  /** Keys alone are deleted: a branch that holds anything else is not set aside. */
  async #setAside(from: Key): Promise<boolean> {
    const { source, signal } = this.#parts
    const isSetAside = (await source.branchFolder({ aside: 'any' })) !== undefined
    if (isSetAside && (await hiddenBelow(source, from, signal)) !== undefined) return false
    const aside = randomUUID()
    return this.#stepped({ type: 'branch', way: 'aside', from: from.toString(), aside }, () =>
      source.moveBranch(from, { aside }),
    )
  }

  async #moveAsOne(from: Key, to: Key): Promise<boolean> {
    const { source, signal } = this.#parts
    if (await hasBelow(source, to, signal)) return false
    const entry = { way: 'move', from: from.toString(), to: to.toString(), aside: '' } as const
    return this.#stepped({ type: 'branch', ...entry }, () => source.moveBranch(from, to))
  }

  /** Writes down that a branch is about to move, moves it, and writes down what came of it. */
  async #stepped(
    entry: Extract<LogEntry, { readonly type: 'branch' }>,
    move: () => Promise<string>,
  ): Promise<boolean> {
    const { record, progress } = this.#parts
    await record.append(entry)
    const answer = await move()
    await record.append({ type: 'branchEnd', isDone: answer === 'moved' })
    if (answer === 'moved') progress.handled(0, 0)
    return answer === 'moved'
  }

  async #copyAsOne(from: Key, to: Key): Promise<boolean> {
    const { record, source, target, signal, progress } = this.#parts
    const aside = randomUUID()
    const [folder, stage] = [await source.branchFolder(from), await target.branchFolder({ aside })]
    if (folder === undefined || stage === undefined || folder.form !== stage.form) return false
    if (!target.capabilities.writable || (await hasBelow(target, to, signal))) return false
    const entry = { way: 'copy', from: from.toString(), to: to.toString(), aside } as const
    await record.append({ type: 'branch', ...entry })
    const { keys, left } = await copyFolder(folder.path, stage.path, signal, progress)
    // Links and the like are no keys. A move would take them away with the branch, so its keys go one by one.
    const isWhole = keys > 0 && !(this.#isMove && left > 0)
    if (isWhole) await record.append({ type: 'staged' })
    const isDone = isWhole && (await target.moveBranch({ aside }, to)) === 'moved'
    if (!isDone) await target.discardBranch({ aside })
    await record.append({ type: 'branchEnd', isDone })
    return isDone
  }

  /** Finds out what became of a step of a process that was killed, and ends it. */
  async settle(
    { way, from, to, aside }: Extract<LogEntry, { readonly type: 'branch' }>,
    isStaged: boolean,
  ): Promise<boolean> {
    const { record, source, target } = this.#parts
    const [old, next] = [Key.parse(from), Key.parse(to ?? '/')]
    let isDone: boolean
    if (way === 'copy') {
      // One that is not there any more is in its place.
      const answer = isStaged ? await target.moveBranch({ aside }, next) : 'exists'
      isDone = answer === 'moved' || answer === 'absent'
      if (!isDone) await target.discardBranch({ aside })
    } else {
      const answer = await source.moveBranch(old, way === 'aside' ? { aside } : next)
      isDone = answer === 'moved' || answer === 'absent'
    }
    await record.append({ type: 'branchEnd', isDone })
    return isDone
  }
}

const HIDDEN_AS = { link: 'the symbolic link', name: 'the unreadable name', special: 'the special file' }

/** A description of the first entry at or below a branch that has no key; `undefined` if there is none. */
export async function hiddenBelow(
  store: BinaryDatastore,
  branch: Key,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hidden } = await store.list(branch, { limit: 1, signal })
  const [entry] = hidden?.examples ?? []
  if (hidden !== undefined && entry !== undefined) {
    const others = hidden.count > 1 ? ` and ${(hidden.count - 1).toLocaleString('en-US')} more` : ''
    const name = `${branch.isRoot ? '' : branch.toString()}/${entry.name}`
    return `it holds ${HIDDEN_AS[entry.reason]} ${JSON.stringify(name)}${others}, which no key stands for`
  }
  for await (const { key, isBranch } of childrenOf(store, branch, { signal })) {
    const found = isBranch ? await hiddenBelow(store, key, signal) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
