import { type FileHandle, open } from 'node:fs/promises'
import { syncFolder } from '../regular-file.ts'
import { SEGMENT_HEADER } from './frames.ts'
import { type Segment, segmentPath } from './segment.ts'

/** Writes frames at the end of a segment. After a failure it has to be left, and another begun. */
export class SegmentWriter {
  readonly segment: Segment
  readonly #file: FileHandle

  private constructor(segment: Segment, file: FileHandle) {
    this.segment = segment
    this.#file = file
  }

  /** Goes on with a segment that is whole. */
  static async continue(segment: Segment): Promise<SegmentWriter> {
    return new SegmentWriter(segment, await open(segment.path, 'a'))
  }

  /** Begins a segment; with `isDurable`, its name survives a power cut from here on. */
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

  /** Cuts off what a failed append left. What cannot be cut off is torn, and left out when the segment is read. */
  async abandon(): Promise<void> {
    await this.#file.truncate(this.segment.size).catch(() => undefined)
    await this.#file.close().catch(() => undefined)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
