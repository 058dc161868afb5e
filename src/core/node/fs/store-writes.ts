import type { Stats } from 'node:fs'
import { chunksOf } from '../../bytes.ts'
import type { ByteSource } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import type { Payload } from '../../open/payload.ts'
import { checkConditions } from '../../open/refusals.ts'
import { type StartedStream, startStream } from '../../open/started-stream.ts'
import type { Moved, Removed, Written } from '../../open/store.ts'
import { systemCode } from './disk.ts'
import { fsFailure, isOfDisk } from './failures.ts'
import { joinPath } from './folder-guard.ts'
import type { Slots } from './fs-store.ts'
import { LabelFiles } from './key-folders.ts'
import type { Place } from './layout.ts'
import type { OpenFolder, StoreFiles } from './open-folder.ts'
import { FileGone, moveToFreeName, renameFile, Stager, writeBytes, writeChunks } from './staged-file.ts'
import type { TempFile } from './temp-folder.ts'
import { etagOf } from './value-reader.ts'

type Staging = (place: Place, current: Stats | undefined) => Promise<TempFile>

/** The calls that change values. */
export class StoreWrites {
  readonly #folder: OpenFolder
  readonly #slots: Slots

  constructor(folder: OpenFolder, slots: Slots) {
    this.#folder = folder
    this.#slots = slots
  }

  write(key: Key, value: Payload, call: Call): Promise<Written> {
    return value.isStream ? this.#stream(key, value.take(), call) : this.#bytes(key, value.bytes, call)
  }

  /** @param bytes Kept bytes, which never change. */
  #bytes(key: Key, bytes: Uint8Array, call: Call): Promise<Written> {
    const { writer, files } = this.#folder
    const checkAbort = (): void => call.throwIfAborted('put', key)
    return this.#slots.run(() =>
      this.#commit(key, call, (place, current) =>
        writer.stager.stage(place, current, fd => writeBytes(files.disk, fd, bytes, checkAbort)),
      ),
    )
  }

  async #stream(key: Key, source: ByteSource, call: Call): Promise<Written> {
    const file = await this.#stageStream(key, startStream(chunksOf(source, key, call.signal)))
    const untaken = new Set([file])
    try {
      return await this.#slots.run(() =>
        this.#commit(key, call, async () => {
          untaken.delete(file)
          return file
        }),
      )
    } finally {
      for (const left of untaken) await this.#discard(key, left)
    }
  }

  async #stageStream(key: Key, chunks: StartedStream<Uint8Array>): Promise<TempFile> {
    const { places, reader, writer, files } = this.#folder
    try {
      const place = await places.toWrite('put', key)
      const current = files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
      const staged = writer.stager.stage(place, current, fd => writeChunks(files.disk, fd, chunks))
      return await this.#orAbandon(place, staged)
    } catch (error) {
      // The put was refused before the stream was read to its end. A store that it reads from would wait for it in
      // `close`. The source may never settle.
      void chunks.return().catch(ignore)
      throw error
    }
  }

  /** Removes a staged value, and the folders that were created for it. */
  async #discard(key: Key, file: TempFile): Promise<void> {
    const { writer, places } = this.#folder
    await writer.stager.discard(file)
    const place = await places.of(key)
    if (place !== undefined) await writer.abandon(place)
  }

  /** If the staging fails, removes the folders that were created for it. */
  async #orAbandon(place: Place, staging: Promise<TempFile>): Promise<TempFile> {
    try {
      return await staging
    } catch (error) {
      await this.#folder.writer.abandon(place)
      throw error
    }
  }

  /** Checks the conditions of a put, then stages the value and moves it to its place. */
  async #commit(key: Key, call: Call, stage: Staging): Promise<Written> {
    const { places, reader, writer, files, shared, etagSource } = this.#folder
    const { options, isConditional } = call
    const place = await places.toWrite('put', key)
    const current = isConditional || files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
    const refused = isConditional
      ? checkConditions(current && etagOf(etagSource, current), options)
      : undefined
    if (refused !== undefined) return { refused }
    const file = await this.#orAbandon(place, stage(place, current))
    if (call.cancel?.isAborted === true) await this.#discard(key, file)
    call.throwIfAborted('put', key)
    try {
      const stats = await writer.commit(place, file, { current, mustBeNew: !options.replace })
      shared.changes.put(place)
      return { etag: etagOf(etagSource, stats) }
    } catch (error) {
      if (!options.replace && systemCode(error) === 'EEXIST') return { refused: 'exists' }
      throw error
    }
  }

  remove(key: Key, { options }: Call): Promise<Removed> {
    const { places, reader, writer, shared, etagSource } = this.#folder
    return this.#slots.run(async () => {
      const place = await places.of(key)
      const current = place && (await reader.stat(place))
      if (current === undefined) return 'absent'
      if (options.ifMatch !== undefined && options.ifMatch !== etagOf(etagSource, current)) return 'changed'
      const own = await places.ownOf(key)
      const isGone = await shared.changes.remove(key, own, () => writer.unlink(own))
      return isGone ? 'removed' : 'absent'
    })
  }

  move(from: Key, to: Key, { options }: Call): Promise<Moved> {
    const { places, reader, links } = this.#folder
    return this.#slots.run(async () => {
      const place = await places.of(from)
      const current = place && (await reader.stat(place))
      if (current === undefined) return 'absent'
      const source = await places.ownOf(from)
      if (links !== undefined && (await links.isLink(source))) {
        throw failure('UNSUPPORTED', 'rename', from, 'it is a symbolic link')
      }
      try {
        return await this.#moveInto(from, source, to, current, options.replace)
      } catch (error) {
        if (!options.replace && systemCode(error) === 'EEXIST') return 'exists'
        throw fsFailure('rename', to, error)
      }
    })
  }

  async #moveInto(from: Key, source: Place, to: Key, current: Stats, mayReplace: boolean): Promise<Moved> {
    const { places, reader, writer, shared, files } = this.#folder
    const target = await places.toWrite('rename', to)
    const existing = await reader.stat(target, true)
    if (existing !== undefined && !mayReplace) return 'exists'
    // If two names of one file are renamed to each other, the system removes neither.
    const isOneFile = existing !== undefined && areNamesOfOneFile(current, existing, source, target)
    const isMoved = await shared.changes.remove(from, source, () =>
      isOneFile ? writer.unlink(source) : writer.move(source, target, !mayReplace),
    )
    if (!isMoved) return 'absent'
    shared.changes.put(files.layout.placeOf(to))
    return 'moved'
  }
}

/** Whether two names lead to one file, and not only because the disk is case-insensitive. */
function areNamesOfOneFile(a: Stats, b: Stats, from: Place, to: Place): boolean {
  const fold = ({ folder, name }: Place): string => [...folder, name].join('/').normalize().toLowerCase()
  return a.nlink > 1 && a.ino === b.ino && a.dev === b.dev && fold(from) !== fold(to)
}

function ignore(): void {
  // The put fails for another reason, which its caller gets.
}

/** How often a folder may disappear between being created and being used. */
const ATTEMPTS = 50

interface CommitOptions {
  /** The version that the value replaces, if known. */
  readonly current?: Stats | undefined
  /** The name must be free; otherwise fails with `EEXIST`. */
  readonly mustBeNew?: boolean | undefined
}

/** Puts staged values in their places, moves values, and removes them, with the folders and labels they need. */
export class ValueWriter {
  readonly stager: Stager
  readonly #files: StoreFiles
  readonly labels: LabelFiles

  constructor(files: StoreFiles) {
    this.#files = files
    this.stager = new Stager(files)
    this.labels = new LabelFiles(files.disk, files.guard, (place, text) => this.#writeText(place, text))
  }

  /** Moves a staged file to its place, and returns its stats. On failure the file is removed. */
  async commit(place: Place, staged: TempFile, options: CommitOptions = {}): Promise<Stats> {
    const { disk, layout } = this.#files
    let file = staged
    let isMoved = false
    try {
      const move = async (): Promise<void> => {
        if (layout.filesAreForeign && options.current !== undefined) {
          await this.stager.inherit(file, options.current)
        }
        await this.#moveInto(place, file.path, options.mustBeNew === true)
      }
      await move().catch(async (error: unknown) => {
        if (systemCode(error) !== 'EXDEV') throw error
        const near = await this.stager.restage(place, file)
        await file.home.finish(file, false)
        file = near
        await move()
      })
      isMoved = true
      await this.labels.ensure(place)
      const stats = await disk.fstat(file.fd)
      await this.#settle(place)
      return stats
    } finally {
      try {
        await file.home.finish(file, isMoved)
      } finally {
        if (!isMoved) await this.abandon(place)
      }
    }
  }

  /** Moves a value from one place to another; false if it does not exist. */
  async move(from: Place, to: Place, mustBeNew: boolean): Promise<boolean> {
    const { guard } = this.#files
    const folder = await guard.enter(from.folder)
    if (folder === undefined) return false
    try {
      await this.#moveInto(to, joinPath(folder.path, from.name), mustBeNew)
    } catch (error) {
      await this.abandon(to)
      if (systemCode(error) === 'EXDEV') return await this.#moveAcross(from, to, mustBeNew)
      // Another process removed it in the meantime.
      if (error instanceof FileGone) return false
      throw error
    } finally {
      await guard.leave(folder)
    }
    try {
      await this.labels.ensure(to)
      await this.#settle(to)
    } finally {
      await this.#vacate(from)
    }
    return true
  }

  /** Removes a value's file; false if it did not exist. */
  async unlink(place: Place): Promise<boolean> {
    const { disk, guard, retired } = this.#files
    const folder = await guard.enter(place.folder)
    if (folder === undefined) return false
    try {
      const path = joinPath(folder.path, place.name)
      await retired.retire(path, async () => disk.unlink(path))
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      return false
    } finally {
      await guard.leave(folder)
    }
    await this.#vacate(place)
    return true
  }

  /**
   * Removes what was created for a value that did not reach its place: folders, and labels that explain nothing else.
   * The call has already failed with a reason, so what cannot be removed stays.
   */
  async abandon(place: Place): Promise<void> {
    try {
      await this.labels.dropUnused(place, place.folder.length + 1)
      await this.#tidy(place)
    } catch (error) {
      if (!isOfDisk(error)) throw error
    }
  }

  /** Tidies a place that has lost its value: its label, empty folders, a cached level. */
  async #vacate(place: Place): Promise<void> {
    const { levels, durability, folderSync, syncLog } = this.#files
    levels.forget(place.folder)
    if (durability === 'full') await folderSync.settle(place.folder)
    else syncLog.noteFolder(place.folder)
    await this.labels.dropUnused(place, place.folder.length + 1)
    await this.#tidy(place)
  }

  /** Copies to another file system that is mounted in the folder, then removes the original. */
  async #moveAcross(from: Place, to: Place, mustBeNew: boolean): Promise<boolean> {
    const { disk, guard } = this.#files
    const fd = await guard.openFile(from.folder, from.name)
    if (fd === undefined) return false
    try {
      await this.commit(to, await this.stager.restage(to, { fd }), { mustBeNew })
    } finally {
      await disk.close(fd)
    }
    return this.unlink(from)
  }

  /** Renames a file to its place and creates the folders and labels. The labels must be checked again afterwards. */
  async #moveInto(place: Place, from: string, mustBeNew: boolean): Promise<void> {
    const { disk, guard, keyFolders, levels, retired } = this.#files
    const make = (names: readonly string[]): void => keyFolders.noteMade(names)
    await this.labels.ensure(place)
    for (let attempt = 1; ; attempt++) {
      const folder = await guard.enter(place.folder, { make })
      try {
        const to = joinPath(folder?.path ?? guard.root, place.name)
        if (mustBeNew) await moveToFreeName(disk, from, to)
        else await retired.retire(to, () => renameFile(disk, from, to))
        break
      } catch (error) {
        // Another process found the folder empty and removed it, unless it is the file that is missing.
        if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
        if ((await disk.lstat(from)) === undefined) throw new FileGone(from, { cause: error })
      } finally {
        await guard.leave(folder)
      }
    }
    levels.forget(place.folder)
  }

  /** Makes a value as durable as the store promises. */
  async #settle(place: Place): Promise<void> {
    const { durability, folderSync, syncLog } = this.#files
    if (durability === 'none') syncLog.noteFile(place)
    else if (durability === 'file') syncLog.noteFolder(place.folder)
    else await folderSync.settle(place.folder)
  }

  /**
   * Removes a folder if it is empty, then the one above it, and so on; those of at least `depth` names regardless of who created
   * them.
   * @param place A place in the folder, for the labels on the way.
   */
  async prune(folder: readonly string[], place: Place, depth: number): Promise<void> {
    const dropLabels = (gone: readonly string[]) => this.labels.dropUnused(place, gone.length)
    await this.#files.keyFolders.prune(folder, dropLabels, depth)
  }

  /** Removes the folders of a place that are empty and exist only for it. */
  #tidy(place: Place): Promise<void> {
    return this.prune(place.folder, place, Number.POSITIVE_INFINITY)
  }

  async #writeText(place: Place, text: string): Promise<void> {
    const file = await this.stager.stage(place, undefined, fd =>
      writeBytes(this.#files.disk, fd, new TextEncoder().encode(text)),
    )
    await this.commit(place, file)
  }
}
