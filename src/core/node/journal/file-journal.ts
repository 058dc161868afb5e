import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  assertJournalBytes,
  DEFAULT_JOURNAL_BYTES,
  type JournalLog,
  type JournalReadOptions,
  type JournalRecord,
} from '../../adapters/journal/journal-log.ts'
import { Slices } from '../../concurrency/slices.ts'
import { DatastoreError, failure } from '../../errors.ts'
import { Disk, systemCode } from '../fs/disk.ts'
import { fsFailure } from '../fs/failures.ts'
import { RootFolder } from '../fs/folder-guard.ts'
import { makeFolder } from '../fs/open-folder.ts'
import { syncFile, syncFolder } from '../regular-file.ts'
import { AppendQueue } from './append-queue.ts'
import { frameOf } from './frames.ts'
import { readSegments, recordsOf, refuseForeignFolder, type Segment } from './segment.ts'
import { SegmentWriter } from './segment-writer.ts'
import { claimWriter } from './writer-claim.ts'

/** How a log in a folder is kept. */
export interface FileJournalOptions {
  /** The maximum total size of the files, in bytes. The oldest eighth is dropped at a time. Default: 64 MiB. */
  readonly maxBytes?: number | undefined
  /**
   * What a write waits for. `none` (default): the operating system has its record, which survives the end of the process.
   * `full`: the record is on the device, so that it survives a power failure.
   */
  readonly durability?: 'none' | 'full' | undefined
}

/** The number of segments of a full log. */
const SEGMENTS = 8

/** A log in the files of a folder. */
class FileJournal implements JournalLog {
  readonly maxBytes: number
  readonly #root: RootFolder
  readonly #isDurable: boolean
  readonly #release: () => Promise<void>
  readonly #segments: Segment[]
  /** Files whose content may not be on the device yet. */
  readonly #unsynced = new Set<string>()
  readonly #queue: AppendQueue
  #writer: SegmentWriter | undefined
  #next: number
  #closing: Promise<void> | undefined

  constructor(
    root: RootFolder,
    options: { readonly maxBytes: number; readonly durability: 'none' | 'full' },
    segments: Segment[],
    release: () => Promise<void>,
  ) {
    this.#root = root
    this.maxBytes = options.maxBytes
    this.#isDurable = options.durability === 'full'
    this.#segments = segments
    this.#queue = new AppendQueue(
      (frames, hasIntent) => this.#write(frames, hasIntent),
      this.maxBytes / SEGMENTS,
    )
    this.#release = release
    const last = segments.at(-1)
    // After a torn record, one number is not used and a new segment begins.
    this.#next = last === undefined ? 1 : last.first + last.count + (last.isTorn ? 1 : 0)
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0)
  }

  get oldest(): number {
    return this.#segments.find(({ count }) => count > 0)?.first ?? this.#next
  }

  async append(bytes: Uint8Array, isIntent: boolean): Promise<number> {
    this.#assertOpen('write')
    try {
      return await this.#queue.append(frameOf(bytes), isIntent)
    } catch (error) {
      throw this.#failure('write', error)
    }
  }

  /** Reads everything that was appended before the first pull. */
  async *read(options: JournalReadOptions = {}): AsyncIterable<JournalRecord> {
    await this.#queue.flush()
    const segments = this.#segments.map(segment => ({ ...segment }))
    yield* this.#records(options.reverse === true ? segments.reverse() : segments, options)
  }

  async sync(): Promise<void> {
    this.#assertOpen('sync')
    await this.#queue.idle()
    const paths = [...this.#unsynced]
    try {
      await this.#root.check()
      for (const path of paths) await syncFile(path)
      await syncFolder(this.#root.path)
    } catch (error) {
      throw this.#failure('sync', error)
    }
    for (const path of paths) if (path !== this.#writer?.segment.path) this.#unsynced.delete(path)
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    await this.#queue.idle()
    try {
      await this.#writer?.close()
    } finally {
      await this.#release()
    }
  }

  async *#records(
    segments: readonly Segment[],
    { from, reverse = false }: JournalReadOptions,
  ): AsyncIterable<JournalRecord> {
    const slices = new Slices()
    for (const segment of segments) {
      const { first, count } = segment
      if (from !== undefined && (reverse ? first > from : first + count <= from)) continue
      this.#assertOpen('read')
      const records = (await this.#recordsOf(segment)) ?? []
      for (let step = 0; step < records.length; step++) {
        const index = reverse ? records.length - 1 - step : step
        const number = first + index
        const isWanted = from === undefined || (reverse ? number <= from : number >= from)
        if (isWanted) yield { number, bytes: records[index] as Buffer }
        if (slices.isOver) await slices.pause()
      }
    }
  }

  /** `undefined` for a segment that was dropped in the meantime. */
  async #recordsOf(segment: Segment): Promise<readonly Buffer[] | undefined> {
    try {
      await this.#root.check()
      return await recordsOf(segment)
    } catch (error) {
      const isKept = this.#segments.some(({ path }) => path === segment.path)
      if (systemCode(error) === 'ENOENT' && !isKept) return undefined
      throw this.#failure('read', error)
    }
  }

  async #write(frames: readonly Buffer[], hasIntent: boolean): Promise<number> {
    // Look at the folder while the open file is being written.
    const checked = Promise.resolve(this.#root.check())
    checked.catch(() => undefined)
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0)
    if (!this.#fits(bytes)) await checked
    const writer = await this.#writerFor(bytes)
    const { size, count } = writer.segment
    const first = this.#next
    this.#next += frames.length
    try {
      const appended = writer.append(frames, this.#isDurable && hasIntent)
      // Wait for both before the file is truncated again.
      for (const result of await Promise.allSettled([checked, appended]))
        if (result.status === 'rejected') throw result.reason
    } catch (error) {
      this.#writer = undefined
      Object.assign(writer.segment, { size, count })
      await writer.abandon()
      throw error
    }
    return first
  }

  /** Whether the open file has room for so many more bytes. */
  #fits(bytes: number): boolean {
    if (this.#writer === undefined) return false
    const { size, count } = this.#writer.segment
    const isFull = count > 0 && (size >= this.maxBytes / SEGMENTS || size + bytes > this.maxBytes)
    return !isFull && this.bytes + bytes <= this.maxBytes
  }

  /** The segment for the next `bytes`, after making room for them. */
  async #writerFor(bytes: number): Promise<SegmentWriter> {
    this.#writer ??= await this.#continueLast()
    const { size = 0, count = 0 } = this.#writer?.segment ?? {}
    if (count > 0 && (size >= this.maxBytes / SEGMENTS || size + bytes > this.maxBytes)) {
      const full = this.#writer
      this.#writer = undefined
      await full?.close()
    }
    await this.#makeRoom(bytes)
    this.#writer ??= await this.#begin()
    this.#unsynced.add(this.#writer.segment.path)
    return this.#writer
  }

  async #continueLast(): Promise<SegmentWriter | undefined> {
    const last = this.#segments.at(-1)
    // After a failure, numbers continue behind those of the last segment.
    if (last === undefined || last.isTorn || last.first + last.count !== this.#next) return undefined
    return SegmentWriter.continue(last)
  }

  async #begin(): Promise<SegmentWriter> {
    const first = this.#next
    try {
      const writer = await SegmentWriter.begin(this.#root.path, first, this.#isDurable)
      this.#segments.push(writer.segment)
      return writer
    } catch (error) {
      // A failed segment may exist without its header, so the next one gets another name.
      this.#next++
      throw error
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    let total = this.#segments.reduce((sum, { size }) => sum + size, bytes)
    for (;;) {
      const [oldest] = this.#segments
      if (oldest === undefined || total <= this.maxBytes || oldest === this.#writer?.segment) return
      await rm(oldest.path, { force: true })
      this.#unsynced.delete(oldest.path)
      this.#segments.shift()
      total -= oldest.size
    }
  }

  #assertOpen(action: string): void {
    if (this.#closing !== undefined)
      throw new DatastoreError(
        'CLOSED',
        `Cannot ${action} the journal ${JSON.stringify(this.#root.path)}: it is closed`,
      )
  }

  #failure(action: string, error: unknown): unknown {
    return fsFailure(`${action} the journal ${JSON.stringify(this.#root.path)}`, undefined, error)
  }
}

/**
 * Opens the log of a journal in a folder, which is created if missing. Records are only appended to its files; a record
 * that a killed process left incomplete is dropped. Only one process at a time can have it open.
 * @throws DatastoreError `CONFLICT` while another process has it open, or if `folder` is a file or holds other files;
 * `ACCESS_DENIED` or `IO` if the folder cannot be written; `CONFIG_INVALID` unless `maxBytes` is a whole number from 1024
 * up.
 */
export async function fileJournal(folder: string, options: FileJournalOptions = {}): Promise<JournalLog> {
  const { maxBytes = DEFAULT_JOURNAL_BYTES, durability = 'none' } = options
  assertJournalBytes(maxBytes)
  const path = resolve(folder)
  let release: (() => Promise<void>) | undefined
  try {
    await makeFolder(path)
    await refuseForeignFolder(path)
    const root = await RootFolder.open(Disk.pooled(), path)
    release = await claimWriter(path)
    return new FileJournal(root, { maxBytes, durability }, await readSegments(path), release)
  } catch (error) {
    await release?.()
    const action = `open the journal ${JSON.stringify(path)}`
    if (systemCode(error) === 'EEXIST')
      throw failure('CONFLICT', action, undefined, 'it is a file, not a folder', error)
    throw fsFailure(action, undefined, error)
  }
}

/**
 * Removes the log of a journal with its folder, if it exists.
 * @throws DatastoreError `CONFLICT` while a process has it open, or if the folder holds other files.
 */
export async function removeFileJournal(folder: string): Promise<void> {
  const path = resolve(folder)
  try {
    await refuseForeignFolder(path)
    await claimWriter(path)
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw fsFailure(`remove the journal ${JSON.stringify(path)}`, undefined, error)
  }
}
