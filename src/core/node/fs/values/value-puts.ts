import type { Stats } from 'node:fs'
import { chunksOf } from '../../../bytes.ts'
import type { BinaryDatastore, ByteSource, CallOptions, PutOptions, PutResult } from '../../../datastore.ts'
import { failure, NotFoundError, throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { OrderedBatch } from '../../../ordered-batch.ts'
import { checkPreconditions } from '../../../preconditions.ts'
import type { FsCalls } from '../calls.ts'
import { fsFailure } from '../failures.ts'
import type { Place } from '../layout.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import type { FolderGroup } from '../sync/folder-sync.ts'
import type { TempFile } from '../temp/temp-folder.ts'
import type { Begun } from './stager.ts'
import { begun, writeBytes, writeChunks } from './stager.ts'
import { etagOf } from './value-reader.ts'

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

/**
 * Moves the value of one key to another.
 * @param current What is known of the value.
 */
export async function moveValue(
  folder: OpenFolder,
  from: Key,
  to: Key,
  current: Stats,
  mayReplace: boolean,
): Promise<void> {
  const source = await folder.places.ownOf(from)
  if (folder.links !== undefined && (await folder.links.isLink(source))) {
    throw failure('UNSUPPORTED', 'rename', from, 'it is a symbolic link')
  }
  let isDone: boolean
  try {
    isDone = await moveInto(folder, from, source, to, current, mayReplace)
  } catch (error) {
    throw fsFailure('rename', to, error)
  }
  if (!isDone) throw new NotFoundError('rename', from)
  folder.shared.changes.put(folder.files.layout.placeOf(to))
}

async function moveInto(
  { places, reader, writer, shared }: OpenFolder,
  from: Key,
  source: Place,
  to: Key,
  current: Stats,
  mayReplace: boolean,
): Promise<boolean> {
  const target = await places.toWrite('rename', to)
  const existing = await reader.stat(target, true)
  checkPreconditions('rename', to, existing && { etag: etagOf(existing) }, { replace: mayReplace })
  // Of two names of one file the system removes neither when one is renamed to the other.
  const isOneFile = existing !== undefined && areNamesOfOneFile(current, existing, source, target)
  return shared.changes.remove(from, source, () =>
    isOneFile ? writer.unlink(source) : writer.move(source, target, !mayReplace),
  )
}

/** Whether two names lead to one file, and not only because the disk is blind to case. */
function areNamesOfOneFile(a: Stats, b: Stats, from: Place, to: Place): boolean {
  const fold = ({ folder, name }: Place): string => [...folder, name].join('/').normalize().toLowerCase()
  return a.nlink > 1 && a.ino === b.ino && a.dev === b.dev && fold(from) !== fold(to)
}

/** A batch that flushes each folder once, when all is applied, and not for each operation. */
export class FlushedBatch extends OrderedBatch<Uint8Array> {
  readonly #group: FolderGroup

  /** @param store Puts its flushes off to `group`. */
  constructor(store: BinaryDatastore, group: FolderGroup) {
    super(store)
    this.#group = group
  }

  override async commit(options?: CallOptions): Promise<void> {
    try {
      await super.commit(options)
    } finally {
      await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#group.flush()
    } catch (error) {
      throw fsFailure('commit a batch', undefined, error)
    }
  }
}
