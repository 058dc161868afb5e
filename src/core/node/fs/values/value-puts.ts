import type { Stats } from 'node:fs'
import { chunksOf } from '../../../bytes.ts'
import type { ByteSource, PutOptions, PutResult } from '../../../datastore.ts'
import { throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { checkPreconditions } from '../../../preconditions.ts'
import type { FsCalls } from '../calls/fs-calls.ts'
import type { Place } from '../layout.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import type { TempFile } from '../temp/temp-folder.ts'
import { etagOf } from './etag.ts'
import { type Begun, begun, writeBytes, writeChunks } from './file-bytes.ts'

type Staging = (place: Place, current: Stats | undefined) => Promise<TempFile>

/** The two ways to put: bytes that are at hand, and a stream of them. */
export class ValuePuts {
  readonly #folder: OpenFolder
  readonly #calls: FsCalls

  constructor(folder: OpenFolder, calls: FsCalls) {
    this.#folder = folder
    this.#calls = calls
  }

  /** @param bytes Belong to the store. */
  bytes(key: Key, bytes: Uint8Array, options: PutOptions | undefined): Promise<PutResult> {
    const { writer, files } = this.#folder
    const checkAbort = (): void => throwIfAborted(options?.signal, 'put', key)
    const stage: Staging = (place, current) =>
      writer.stager.stage(place, current, fd => writeBytes(files.disk, fd, bytes, checkAbort))
    return this.#calls.inTurn('put', [key], options, () =>
      this.#calls.inSlot(() => this.#commit(key, options, stage)),
    )
  }

  /** The stream is taken in before the put's turn comes, so that it may read the key itself. */
  async stream(key: Key, source: ByteSource, options: PutOptions | undefined): Promise<PutResult> {
    const staged = this.#stageStream(key, begun(chunksOf(source, key, options?.signal)))
    // It may fail before the turn comes, when somebody begins to listen.
    staged.catch(ignore)
    const untaken = new Set([staged])
    const take: Staging = () => {
      untaken.delete(staged)
      return staged
    }
    try {
      return await this.#calls.inTurn('put', [key], options, async () => {
        await staged
        return this.#calls.inSlot(() => this.#commit(key, options, take))
      })
    } finally {
      for (const left of untaken) await left.then(file => this.#discard(key, file), ignore)
    }
  }

  async #stageStream(key: Key, chunks: Begun<Uint8Array>): Promise<TempFile> {
    const { places, reader, writer, files } = this.#folder
    try {
      const place = await places.toWrite('put', key)
      const current = files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
      const staged = writer.stager.stage(place, current, fd => writeChunks(files.disk, fd, chunks))
      return await this.#orAbandon(place, staged)
    } catch (error) {
      // Refused before it was read: a store that it streams from would wait for its end, to close. It may hang itself.
      void chunks.return().catch(ignore)
      throw error
    }
  }

  /** Removes a staged value, and the folders that were made for it. */
  async #discard(key: Key, file: TempFile): Promise<void> {
    const { writer, places } = this.#folder
    await writer.stager.discard(file)
    const place = await places.of(key)
    if (place !== undefined) await writer.abandon(place)
  }

  /** Where the staging fails, the folders that were made for it go. */
  async #orAbandon(place: Place, staging: Promise<TempFile>): Promise<TempFile> {
    try {
      return await staging
    } catch (error) {
      await this.#folder.writer.abandon(place)
      throw error
    }
  }

  /** Judges a put by what it would replace, and then lets it happen. */
  async #commit(key: Key, options: PutOptions = {}, stage: Staging): Promise<PutResult> {
    const { places, reader, writer, files, shared } = this.#folder
    const { create, replace, ifMatch, signal } = options
    const place = await places.toWrite('put', key)
    const isJudged = create === false || replace === false || ifMatch !== undefined
    const current = isJudged || files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
    checkPreconditions('put', key, current && { etag: etagOf(current) }, isJudged ? options : {})
    const file = await this.#orAbandon(place, stage(place, current))
    if (signal?.aborted === true) await this.#discard(key, file)
    throwIfAborted(signal, 'put', key)
    const etag = await writer.commit(place, file, { current, mustBeNew: replace === false })
    shared.changes.put(place)
    return { etag }
  }
}

function ignore(): void {
  // The put fails with it in its turn.
}
