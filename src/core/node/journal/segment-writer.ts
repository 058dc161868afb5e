import { type FileHandle, open } from 'node:fs/promises'
import { syncFolder } from '../regular-file.ts'
import { SEGMENT_HEADER } from './frames.ts'
import { type Segment, segmentPath } from './segment.ts'

/** Writes frames at the end of a segment. After a failure no more may be written to it. */
export class SegmentWriter {
  readonly segment: Segment
  readonly #file: FileHandle

  private constructor(segment: Segment, file: FileHandle) {
    this.segment = segment
    this.#file = file
  }

  /** Continues a complete segment. */
  static async continue(segment: Segment): Promise<SegmentWriter> {
    return new SegmentWriter(segment, await open(segment.path, 'a'))
  }

  /** Begins a segment. With `isDurable`, its name survives a power cut once this has resolved. */
  static async begin(folder: string, first: number, isDurable: boolean): Promise<SegmentWriter> {
    const path = segmentPath(folder, first)
    const file = await open(path, 'ax')
    try {
      await file.appendFile(SEGMENT_HEADER)
      if (isDurable) await syncFolder(folder)
    } catch (error) {
      await file.close()
      throw error
    }
    return new SegmentWriter({ path, first, count: 0, size: SEGMENT_HEADER.length, isTorn: false }, file)
  }

  async append(frames: readonly Buffer[], isDurable: boolean): Promise<void> {
    const bytes = Buffer.concat(frames)
    await this.#file.appendFile(bytes)
    if (isDurable) await this.#file.datasync()
    this.segment.count += frames.length
    this.segment.size += bytes.length
  }

  /** Truncates what a failed append left. If that fails, the rest is torn, and ignored when the segment is read. */
  async abandon(): Promise<void> {
    await this.#file.truncate(this.segment.size).catch(() => undefined)
    await this.#file.close().catch(() => undefined)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
