import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { DatastoreError, hasCode } from '../../../core/errors.ts'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import { conflictChoices, manyAction } from '../../../shared/procedures/many.ts'
import { source } from '../../../shared/procedures/sessions.ts'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { fileFailure } from '../files/file-failure.ts'
import { RootList } from './root-list.ts'
import type { RootPlace } from './roots.ts'

/** The maximum number of bytes of values that one action keeps for its undo. */
export const MAX_KEPT = 2 * 1024 ** 3

const about = z.object({
  strata: z.literal('many'),
  version: z.literal(1),
  action: manyAction,
  conflicts: conflictChoices,
  title: z.string(),
  /** The sources of the stacks: that of the selection, and that of the target if it is another stack. */
  from: source,
  to: source.optional(),
  /** `running`: the action has not ended. `undoing`: its undo has not ended. */
  state: z.enum(['running', 'done', 'undoing', 'undone']),
  /** False once a value was too large to be kept. */
  canUndo: z.boolean(),
  startedAt: z.number(),
})
export type ActionAbout = Omit<z.infer<typeof about>, 'strata' | 'version'>

/** Where the bytes of a value are in `kept.bin`. */
export interface Kept {
  readonly at: number
  readonly size: number
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined
}

/** One key that is about to be handled. */
export interface KeyIntent {
  readonly from: string
  readonly to?: string | undefined
  /** The version at `from`, and the one at `to` that is replaced. */
  readonly etag: string
  readonly replaces?: string | undefined
  readonly kept?: Kept | undefined
}

/** The outcome for one key: the etag at its new place (`''` after a delete), or why the key stayed. */
export type KeyOutcome = { readonly etag: string } | { readonly stayed: string }

/** An entry of the log. Each step is written before it is carried out, and its outcome after it. */
export type LogEntry =
  | {
      readonly type: 'root'
      readonly place: RootPlace
      readonly from: string
      readonly to?: string | undefined
    }
  | {
      readonly type: 'branch'
      readonly way: 'move' | 'aside' | 'copy'
      readonly from: string
      readonly to?: string | undefined
      readonly aside: string
    }
  /** The copy of a branch is complete, and about to be moved to its place. */
  | { readonly type: 'staged' }
  | { readonly type: 'branchEnd'; readonly isDone: boolean }
  | { readonly type: 'keys'; readonly keys: readonly KeyIntent[] }
  | { readonly type: 'outcomes'; readonly outcomes: readonly KeyOutcome[] }
  /** The last key of a chunk: a key of the current root; or with `place`, itself a root that is a single key. */
  | { readonly type: 'at'; readonly last: string; readonly place?: RootPlace | undefined }

/** What one action did, on disk, so that the action can be continued after a kill, and undone. */
export class ActionRecord {
  readonly id: string
  readonly #folder: string
  #about: ActionAbout
  #log: FileHandle | undefined
  #kept: FileHandle | undefined
  #keptBytes = 0

  private constructor(folder: string, id: string, facts: ActionAbout) {
    this.#folder = folder
    this.id = id
    this.#about = facts
  }

  /** @throws DatastoreError if the files cannot be written. */
  static async create(folder: string, id: string, facts: ActionAbout): Promise<ActionRecord> {
    const record = new ActionRecord(join(folder, id), id, facts)
    await makeFolder(folder, 0o700)
    await makeFolder(record.#folder, 0o700)
    await record.save({})
    return record
  }

  /** @throws DatastoreError `NOT_FOUND` if there is no record, or it cannot be read. */
  static async open(folder: string, id: string): Promise<ActionRecord> {
    try {
      const text = await readRegularFile(join(folder, id, 'action.json'))
      return new ActionRecord(join(folder, id), id, about.parse(JSON.parse(text.toString())))
    } catch (error) {
      throw new DatastoreError(
        'NOT_FOUND',
        `The record of the action ${JSON.stringify(id)} is gone or cannot be read`,
        {
          cause: error,
        },
      )
    }
  }

  /**
   * The ids of the records in a folder. Removes folders that a killed process created before `began` but left without a
   * record: those actions had done nothing yet.
   * @param began Milliseconds since 1970.
   */
  static async idsIn(folder: string, began: number): Promise<string[]> {
    const ids: string[] = []
    for (const id of await readdir(folder).catch(() => [])) {
      const path = join(folder, id)
      if ((await stat(join(path, 'action.json')).catch(() => undefined)) !== undefined) ids.push(id)
      else if (((await stat(path).catch(() => undefined))?.mtimeMs ?? began) < began) {
        await rm(path, { recursive: true, force: true })
      }
    }
    return ids
  }

  get about(): ActionAbout {
    return this.#about
  }

  /** Bytes of values that are kept. */
  get keptBytes(): number {
    return this.#keptBytes
  }

  async save(changes: Partial<ActionAbout>): Promise<void> {
    this.#about = { ...this.#about, ...changes }
    const path = join(this.#folder, 'action.json')
    await inFileTerms('write', path, () =>
      writeFileAtomically(path, JSON.stringify({ strata: 'many', version: 1, ...this.#about }), {
        replace: true,
        isPrivate: true,
      }),
    )
  }

  /** The roots that were listed before the action began; `undefined` if the action reads its roots while it runs. */
  async roots(): Promise<RootList | undefined> {
    const path = this.#rootsPath
    try {
      return RootList.parse(
        await inFileTerms('read', path, async () => (await readRegularFile(path)).toString()),
      )
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  async saveRoots(list: RootList): Promise<void> {
    const path = this.#rootsPath
    await inFileTerms('write', path, () =>
      writeFileAtomically(path, list.toText(), { replace: true, isPrivate: true }),
    )
  }

  /** Opens the files for appending. Drops an incomplete last line, which a kill leaves. */
  async begin(): Promise<void> {
    const path = this.#logPath
    await inFileTerms('write', path, async () => {
      this.#log = await open(path, 'a+', 0o600)
      await this.#log.truncate(await wholeLines(this.#log))
      this.#kept = await open(join(this.#folder, 'kept.bin'), 'a', 0o600)
      this.#keptBytes = (await this.#kept.stat()).size
    })
  }

  /** Removes what was recorded, for an action that is carried out again from the beginning. */
  async restart(): Promise<void> {
    await this.end()
    for (const path of [this.#logPath, this.#rootsPath, join(this.#folder, 'kept.bin')])
      await rm(path, { force: true })
  }

  async end(): Promise<void> {
    await this.#log?.close()
    await this.#kept?.close()
    this.#log = undefined
    this.#kept = undefined
  }

  /** Appends to the log. Resolves once the entries would survive a kill of the process. */
  async append(...entries: readonly LogEntry[]): Promise<void> {
    const text = entries.map(entry => `${JSON.stringify(entry)}\n`).join('')
    await inFileTerms('write', this.#logPath, async () => {
      await this.#log?.appendFile(text)
    })
  }

  /**
   * Keeps the bytes of values.
   * @returns Where each of them is.
   */
  async keep(values: readonly Uint8Array[]): Promise<readonly Kept[]> {
    let at = this.#keptBytes
    const places = values.map(({ length: size }) => {
      const place = { at, size }
      at += size
      return place
    })
    await inFileTerms('write', join(this.#folder, 'kept.bin'), async () => {
      if (at > this.#keptBytes) await this.#kept?.appendFile(Buffer.concat(values))
    })
    this.#keptBytes = at
    return places
  }

  /** Keeps one value in pieces. */
  async keepStream(chunks: AsyncIterable<Uint8Array>): Promise<Kept> {
    const at = this.#keptBytes
    for await (const chunk of chunks) await this.keep([chunk])
    return { at, size: this.#keptBytes - at }
  }

  /** The bytes of a value that was kept, in pieces. */
  async *keptBytesOf({ at, size }: Kept): AsyncIterable<Uint8Array> {
    const path = join(this.#folder, 'kept.bin')
    const file = await inFileTerms('read', path, () => open(path, 'r'))
    try {
      for (let done = 0; done < size; ) {
        const piece = new Uint8Array(Math.min(PIECE, size - done))
        const { bytesRead } = await file.read(piece, 0, piece.length, at + done)
        if (bytesRead === 0)
          throw new DatastoreError('CORRUPT', `The record of the action ${this.id} is damaged`)
        done += bytesRead
        yield piece.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  /** What was recorded, from the beginning. */
  async *entries(): AsyncIterable<LogEntry> {
    const file = await open(this.#logPath, 'r').catch(() => undefined)
    if (file === undefined) return
    // An incomplete last line, which a kill leaves, is not valid JSON and is skipped: nothing was done for it yet.
    for await (const line of createInterface({ input: file.createReadStream(), crlfDelay: 0 })) {
      const entry = parsed(line)
      if (entry !== undefined) yield entry
    }
  }

  /** What was recorded, from the end, one line at a time. Only the positions of the lines are in memory. */
  async *entriesBackwards(): AsyncIterable<LogEntry> {
    const file = await open(this.#logPath, 'r').catch(() => undefined)
    if (file === undefined) return
    try {
      const starts = await lineStarts(file)
      for (let index = starts.length - 2; index >= 0; index--) {
        const [start, end] = [starts[index] as number, starts[index + 1] as number]
        const bytes = Buffer.alloc(end - start)
        await file.read(bytes, 0, bytes.length, start)
        const entry = parsed(bytes.toString())
        if (entry !== undefined) yield entry
      }
    } finally {
      await file.close()
    }
  }

  async remove(): Promise<void> {
    await this.end()
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #rootsPath(): string {
    return join(this.#folder, 'roots.json')
  }

  get #logPath(): string {
    return join(this.#folder, 'steps.log')
  }
}

const PIECE = 256 * 1024
const NEWLINE = 10

/** The places where lines begin, and the end of the last whole one. */
async function lineStarts(file: FileHandle): Promise<number[]> {
  const starts = [0]
  const piece = Buffer.alloc(PIECE)
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return starts
    for (let index = piece.indexOf(NEWLINE); index >= 0 && index < bytesRead; ) {
      starts.push(at + index + 1)
      index = piece.indexOf(NEWLINE, index + 1)
    }
    at += bytesRead
  }
}

async function wholeLines(file: FileHandle): Promise<number> {
  return (await lineStarts(file)).at(-1) ?? 0
}

function parsed(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line) as LogEntry
  } catch {
    return undefined
  }
}

async function inFileTerms<T>(action: 'read' | 'write', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof DatastoreError ? error : fileFailure(action, path, error)
  }
}
