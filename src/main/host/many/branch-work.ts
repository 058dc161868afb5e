import { randomUUID } from 'node:crypto'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import { type ActionParts, movesAway } from './action-parts.ts'
import type { LogEntry } from './action-record.ts'
import { copyFolder } from './copy-folder/copy-folder.ts'
import { hasBelow } from './new-names.ts'

/** Handles whole branches of an action in one step, if the stores support it. */
export class BranchWork {
  readonly #parts: ActionParts
  readonly #isMove: boolean

  constructor(parts: ActionParts) {
    this.#parts = parts
    this.#isMove = movesAway(parts.record.about.action)
  }

  /**
   * Handles everything below a key in one step, if the stores support it.
   * @param known The ways that were already tried, and whether each succeeded.
   * @returns Whether nothing below the key is left to do.
   */
  async asOne(from: Key, to: Key | undefined, known?: ReadonlyMap<string, boolean>): Promise<boolean> {
    const { source, target } = this.#parts
    if (to === undefined) return known?.get('aside') ?? (await this.#setAside(from))
    // Two sessions of one stack may be one session after a restart. A branch that was copied before is not moved again.
    if (source === target && this.#isMove && known?.get('copy') !== true) {
      return known?.get('move') ?? (await this.#moveAsOne(from, to))
    }
    const isCopied = known?.get('copy') ?? (await this.#copyAsOne(from, to))
    if (!isCopied || !this.#isMove) return isCopied
    // If the original cannot be set aside in one step, it stays and is reported, rather than compared with its copy.
    return known?.get('aside') ?? (await this.#setAside(from))
  }

  /** Sets a branch aside, unless it contains entries without a key: a delete removes only keys. */
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

  /** Records that a branch is about to be moved, moves it, and records the outcome. */
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
    // Links and other entries without a key were not copied, and a move would lose them. So keys are moved one by one.
    const isWhole = keys > 0 && !(this.#isMove && left > 0)
    if (isWhole) await record.append({ type: 'staged' })
    const isDone = isWhole && (await target.moveBranch({ aside }, to)) === 'moved'
    if (!isDone) await target.discardBranch({ aside })
    await record.append({ type: 'branchEnd', isDone })
    return isDone
  }

  /** Finds out how far a step of a killed process came, and completes it. */
  async settle(
    { way, from, to, aside }: Extract<LogEntry, { readonly type: 'branch' }>,
    isStaged: boolean,
  ): Promise<boolean> {
    const { record, source, target } = this.#parts
    const [old, next] = [Key.parse(from), Key.parse(to ?? '/')]
    let isDone: boolean
    if (way === 'copy') {
      // A copy that is no longer set aside has already been moved to its place.
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
    return `it contains ${HIDDEN_AS[entry.reason]} ${JSON.stringify(name)}${others}, which no key represents`
  }
  for await (const { key, isBranch } of childrenOf(store, branch, { signal })) {
    const found = isBranch ? await hiddenBelow(store, key, signal) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
