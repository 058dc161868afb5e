import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import type { BinaryDatastore, Stat } from '../../../core/datastore.ts'
import { hasCode } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import type { ManyAction, ManyPreview, PreviewLine } from '../../../shared/procedures/many.ts'
import { statIfPresent } from '../transfers/write-version.ts'
import { movesAway } from './action-parts.ts'
import { MAX_KEPT } from './action-record.ts'
import { isTaken, type Target, targetsOf } from './new-names.ts'
import { RootList } from './root-list.ts'
import { type RootStep, type TargetOf, vacating } from './root-order.ts'
import { type Root, rootsOf } from './roots.ts'
import { isSame } from './same-value.ts'

/** The maximum number of plain lines of a preview, and of lines with a conflict or a problem. */
const MAX_LINES = 100
/** Keys checked concurrently. */
const WIDTH = 16
/** Keys between two reports. */
const KEYS_PER_REPORT = 64
/** Keys of one page. Folders include sizes in pages that are not larger. */
const PAGE = 500
/** The maximum size of a value that is compared with the one at the new key, in bytes. */
const MAX_COMPARED = 1024 * 1024

interface PreviewParts {
  readonly action: ManyAction
  readonly source: BinaryDatastore
  readonly target: BinaryDatastore
  readonly signal: AbortSignal
  readonly report: (preview: ManyPreview) => void
}

/** Finds out what an action would do, without changing anything. */
export class Preview {
  readonly #parts: PreviewParts
  readonly #plain: PreviewLine[] = []
  readonly #marked: PreviewLine[] = []
  readonly #counts = {
    keys: 0,
    bytes: 0,
    roots: 0,
    conflicts: 0,
    problems: 0,
    hidden: 0,
    unchanged: 0,
    kept: 0,
  }
  #isWhole = false
  /** Roots that will have left their names by the time that other roots take these. */
  #leaving: Leaving | undefined
  /** The new keys of roots, to find two roots that would get the same key. */
  readonly #taken = new Set<string>()

  constructor(parts: PreviewParts) {
    this.#parts = parts
  }

  async run(): Promise<void> {
    const { action, source, target, signal } = this.#parts
    const targetOf = action.type === 'delete' ? undefined : targetsOf(action, { source, target })
    for await (const { root, target: found } of this.#steps(targetOf)) {
      signal.throwIfAborted()
      this.#counts.roots++
      const { conflicts, problems } = this.#counts
      if (targetOf !== undefined && found === undefined) this.#counts.unchanged++
      else await this.#previewRoot(root, found)
      const stays = this.#counts.conflicts > conflicts || this.#counts.problems > problems
      if (found?.key !== undefined && !stays) this.#leaving?.add(root.key)
      this.#report()
    }
    this.#isWhole = true
    // Keys were checked concurrently, so the lines are not in key order yet.
    for (const lines of [this.#marked, this.#plain]) {
      lines.sort((a, b) => Key.compare(Key.parse(a.from), Key.parse(b.from)))
    }
    this.#report()
  }

  /** The roots in the order in which the action would handle them. */
  async *#steps(targetOf: TargetOf | undefined): AsyncIterable<Pick<RootStep, 'root' | 'target'>> {
    const { action, source, target, signal } = this.#parts
    if (targetOf === undefined || source !== target || !movesAway(action)) {
      for await (const root of rootsOf(source, action.selection, signal))
        yield { root, target: await targetOf?.(root.key, signal) }
      return
    }
    const list = await RootList.read(source, action.selection, signal)
    this.#leaving = new Leaving(list)
    yield* vacating(list, targetOf, signal)
  }

  async #previewRoot(root: Root, found: Target | undefined): Promise<void> {
    const { source, target, signal } = this.#parts
    const problem = found?.problem ?? this.#problemOf(root.key, found?.key)
    if (problem !== undefined) {
      this.#mark({ from: root.key.toString(), to: found?.key?.toString(), problem })
      this.#counts.problems++
      return
    }
    const to = found?.key
    const isEmpty =
      to === undefined || this.#leaving?.has(to) === true || !(await isTaken(target, to, signal))
    const aside = { aside: 'preview' }
    const isAsOne = root.isLeaf ? false : (await source.branchFolder(aside)) !== undefined
    if (!root.isLeaf && this.#plain.length < MAX_LINES) {
      this.#plain.push({ from: root.key.toString(), to: to?.toString() })
    }
    await forEachBounded(this.#keysOf(root), WIDTH, async ({ key, size }) => {
      // Without a value at the new key nothing is compared, so the size from the listing is enough.
      const stat =
        isEmpty && size !== undefined ? { size, etag: '' } : await statIfPresent(source, key, signal)
      if (stat === undefined) return
      this.#counts.keys++
      this.#counts.bytes += stat.size
      const isKept = to === undefined && (key.equals(root.key) || !isAsOne)
      if (isKept) this.#counts.kept += stat.size
      await this.#compare(
        key,
        stat,
        to?.child(key.relativeTo(root.key)),
        isEmpty,
        key.equals(root.key) && root.isLeaf,
      )
      if (this.#counts.keys % KEYS_PER_REPORT === 0) this.#report()
    })
  }

  #problemOf(from: Key, to: Key | undefined): string | undefined {
    if (to === undefined) return undefined
    const isOneStore = this.#parts.source === this.#parts.target
    if (isOneStore && from.isAncestorOf(to)) return 'a branch cannot be moved or copied into itself'
    if (isOneStore && to.equals(from)) return 'this is its own name'
    const text = to.toString()
    if (this.#taken.has(text)) return `another selected key would also become "${text}"`
    if (this.#taken.size < 100_000) this.#taken.add(text)
    return undefined
  }

  async #compare(
    key: Key,
    stat: Stat,
    to: Key | undefined,
    isEmpty: boolean,
    isRoot: boolean,
  ): Promise<void> {
    const { source, target, signal } = this.#parts
    const line = { from: key.toString(), to: to?.toString(), size: stat.size }
    let there: Stat | undefined
    try {
      there = to === undefined || isEmpty ? undefined : await statIfPresent(target, to, signal)
    } catch (error) {
      if (!hasCode(error, 'KEY_INVALID') && !hasCode(error, 'CONFLICT')) throw error
      this.#mark({ ...line, problem: error.message })
      this.#counts.problems++
      return
    }
    if (there === undefined || to === undefined) {
      if (isRoot && this.#plain.length < MAX_LINES) this.#plain.push(line)
      return
    }
    this.#counts.conflicts++
    this.#counts.kept += there.size
    if (this.#marked.length >= MAX_LINES) return
    const isEqual =
      stat.size <= MAX_COMPARED && (await isSame(source, key, target, to, stat.size, there.size))
    const difference = isEqual ? 'same' : newer(stat, there)
    this.#mark({ ...line, there: { size: there.size, difference } })
  }

  /** The keys of a root. Counts entries without a key on the way. */
  async *#keysOf({
    key,
    isLeaf,
  }: Root): AsyncIterable<{ readonly key: Key; readonly size?: number | undefined }> {
    if (!key.isRoot) yield { key }
    if (!isLeaf) yield* this.#below(key)
  }

  async *#below(prefix: Key): AsyncIterable<{ readonly key: Key; readonly size?: number | undefined }> {
    const { source, signal } = this.#parts
    let hidden = 0
    const onPage = (page: { readonly hidden?: { readonly count: number } | undefined }): void => {
      hidden = page.hidden?.count ?? 0
    }
    for await (const child of childrenOf(source, prefix, { signal, onPage, pageSize: PAGE })) {
      if (child.isValue) yield { key: child.key, size: child.size }
      if (child.isBranch) yield* this.#below(child.key)
    }
    this.#counts.hidden += hidden
  }

  #mark(line: PreviewLine): void {
    if (this.#marked.length < MAX_LINES) this.#marked.push(line)
  }

  #report(): void {
    const { report } = this.#parts
    report({
      ...this.#counts,
      canUndo: this.#counts.kept <= MAX_KEPT,
      isWhole: this.#isWhole,
      lines: [...this.#marked, ...this.#plain],
    })
  }
}

/** Which roots of a list leave their place: one bit for each root. */
class Leaving {
  readonly #list: RootList
  readonly #bits: Uint8Array

  constructor(list: RootList) {
    this.#list = list
    this.#bits = new Uint8Array(Math.ceil(list.length / 8))
  }

  add(key: Key): void {
    const index = this.#list.indexOf(key)
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7))
  }

  has(key: Key): boolean {
    const index = this.#list.indexOf(key)
    return index >= 0 && ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
  }
}

function newer(arriving: Stat, there: Stat): 'arriving-newer' | 'there-newer' | 'other' {
  if (arriving.mtime === undefined || there.mtime === undefined) return 'other'
  if (arriving.mtime === there.mtime) return 'other'
  return arriving.mtime > there.mtime ? 'arriving-newer' : 'there-newer'
}

/** What an action does, for people: `Move 3 keys to /archive`. */
export function titleOf(action: ManyAction): string {
  const { keys, ranges, isValuesOnly } = action.selection
  const what =
    ranges.length === 0 && keys.length === 1
      ? (keys[0] ?? '')
      : ranges.length === 0
        ? `${keys.length} keys`
        : 'keys'
  if (action.type === 'delete' && isValuesOnly === true) return `Delete ${what}`
  if (action.type === 'delete')
    return `Delete ${what} and everything below ${keys.length === 1 && ranges.length === 0 ? 'it' : 'them'}`
  if (action.type === 'duplicate') return `Duplicate ${what}`
  if (action.type === 'rename') return `Rename ${what} by a pattern`
  const to = Key.parse(action.to.prefix)
  const place = action.to.name === undefined ? to : to.child(action.to.name)
  return `${movesAway(action) ? 'Move' : 'Copy'} ${what} to ${place.toString()}`
}

/** The title in the form that follows "Undo" and "Undid": `move of 3 keys to /archive`. */
export function undoTitleOf(action: ManyAction): string {
  return titleOf(action).replace(/^\w+/, verb => `${verb.toLowerCase()} of`)
}
