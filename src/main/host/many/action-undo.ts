import { createHash } from 'node:crypto'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { hasCode } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { statIfPresent } from '../transfers/write-version.ts'
import { movesAway } from './action-parts.ts'
import type { ActionRecord, Kept, KeyIntent, KeyOutcome, LogEntry } from './action-record.ts'

/** The maximum number of skipped keys that are named. */
const MAX_EXAMPLES = 20
/** Keys restored concurrently. */
const WIDTH = 16

interface UndoParts {
  readonly record: ActionRecord
  readonly source: BinaryDatastore
  readonly target: BinaryDatastore
  readonly signal: AbortSignal
  readonly handled: () => void
}

/** The result of an undo. */
export interface UndoResult {
  readonly done: number
  readonly skipped: number
  readonly examples: readonly string[]
}

/**
 * Undoes an action, its last step first. A key that is not as the action left it was changed by others, and is skipped.
 * May be run again after a kill: keys that are already restored are recognised.
 */
export class ActionUndo {
  readonly #parts: UndoParts
  readonly #isMove: boolean
  #done = 0
  #skipped = 0
  readonly #examples: string[] = []

  constructor(parts: UndoParts) {
    this.#parts = parts
    this.#isMove = movesAway(parts.record.about.action)
  }

  async run(): Promise<UndoResult> {
    const { record, signal } = this.#parts
    let outcomes: readonly KeyOutcome[] | undefined
    let isBranchDone = false
    for await (const entry of record.entriesBackwards()) {
      signal.throwIfAborted()
      if (entry.type === 'outcomes') ({ outcomes } = entry)
      else if (entry.type === 'branchEnd') isBranchDone = entry.isDone
      else if (entry.type === 'keys') {
        await this.#keys(entry.keys, outcomes ?? [])
        outcomes = undefined
      } else if (entry.type === 'branch' && isBranchDone) {
        await this.#branch(entry)
        isBranchDone = false
      }
    }
    return { done: this.#done, skipped: this.#skipped, examples: this.#examples }
  }

  async #branch({ way, from, to, aside }: Extract<LogEntry, { readonly type: 'branch' }>): Promise<void> {
    const { source, target, record } = this.#parts
    const [old, next] = [Key.parse(from), Key.parse(to ?? '/')]
    const answer =
      way === 'aside'
        ? await source.moveBranch({ aside }, old)
        : way === 'move'
          ? await source.moveBranch(next, old)
          : // The copy is set aside instead of discarded, because others may have put keys into it.
            await target.moveBranch(next, { aside: record.id + aside.slice(0, 8) })
    if (answer === 'moved' || answer === 'absent') this.#handled()
    else this.#stays(way === 'copy' ? next : old)
  }

  async #keys(keys: readonly KeyIntent[], outcomes: readonly KeyOutcome[]): Promise<void> {
    const due = keys.map((intent, index) => ({ intent, outcome: outcomes[index] })).reverse()
    for (let start = 0; start < due.length; start += WIDTH) {
      await Promise.all(
        due.slice(start, start + WIDTH).map(async ({ intent, outcome }) => {
          if (outcome === undefined || 'stayed' in outcome) return
          try {
            if (await this.#undoKey(intent, outcome.etag)) this.#handled()
            else this.#stays(Key.parse(intent.to ?? intent.from))
          } catch (error) {
            // Others changed the key between the check and the write.
            if (!['CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND'].some(code => hasCode(error, code as 'CONFLICT')))
              throw error
            this.#stays(Key.parse(intent.to ?? intent.from))
          }
        }),
      )
    }
  }

  /** @returns False if the key is not as the action left it. */
  async #undoKey(intent: KeyIntent, etag: string): Promise<boolean> {
    const { source, target } = this.#parts
    const from = Key.parse(intent.from)
    if (intent.to === undefined) {
      if (intent.kept === undefined) return false
      if (await source.has(from)) return this.#holds(source, from, intent.kept)
      await this.#restore(source, from, intent.kept, { replace: false })
      return true
    }
    const to = Key.parse(intent.to)
    const there = await statIfPresent(target, to)
    const old = await statIfPresent(source, from)
    // An earlier undo, which was killed, has already restored this key.
    if (there === undefined && old !== undefined && intent.replaces === undefined) return true
    if (there === undefined || there.etag !== etag) return false
    if (this.#isMove && old !== undefined) return false
    if (this.#isMove && source === target && intent.replaces === undefined) {
      await source.rename(to, from, { replace: false })
      return true
    }
    if (this.#isMove) {
      const ttl =
        source.capabilities.write.ttl && there.expires !== undefined && there.expiresHere !== true
          ? Math.max(1, there.expires - Date.now())
          : undefined
      await source.put(from, target.getStream(to, { fresh: true }), { replace: false, ttl })
    }
    if (intent.replaces === undefined) await target.delete(to, { ifMatch: etag })
    else if (intent.kept === undefined) return false
    else await this.#restore(target, to, intent.kept, { ifMatch: etag })
    return true
  }

  async #restore(
    store: BinaryDatastore,
    key: Key,
    kept: Kept,
    condition: { readonly replace?: false; readonly ifMatch?: string },
  ): Promise<void> {
    const { expires } = kept
    // A value that would have expired by now is not restored.
    if (expires !== undefined && expires <= Date.now()) return
    const ttl = expires !== undefined && store.capabilities.write.ttl ? expires - Date.now() : undefined
    await store.put(key, this.#parts.record.keptBytesOf(kept), { ...condition, ttl })
  }

  async #holds(store: BinaryDatastore, key: Key, kept: Kept): Promise<boolean> {
    const stat = await statIfPresent(store, key)
    if (stat?.size !== kept.size) return false
    const [found, expected] = [store.getStream(key, { fresh: true }), this.#parts.record.keptBytesOf(kept)]
    const [a, b] = await Promise.all([hashOf(found), hashOf(expected)])
    return a === b
  }

  #handled(): void {
    this.#done++
    this.#parts.handled()
  }

  #stays(key: Key): void {
    this.#skipped++
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push(key.toString())
  }
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
