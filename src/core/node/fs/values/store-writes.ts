import type { Stats } from 'node:fs'
import { chunksOf } from '../../../bytes.ts'
import type { ByteSource } from '../../../datastore.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { type Begun, begun } from '../../../open/begun.ts'
import type { Call } from '../../../open/call.ts'
import { judge } from '../../../open/completion.ts'
import type { Payload } from '../../../open/payload.ts'
import type { Moved, Removed, Written } from '../../../open/store.ts'
import { systemCode } from '../disk/disk.ts'
import { fsFailure } from '../failures.ts'
import type { Place } from '../layout.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import type { TempFile } from '../temp/temp-folder.ts'
import type { Slots } from './slots.ts'
import { writeBytes, writeChunks } from './stager.ts'
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

  /** @param bytes Are kept: nobody changes them any more. */
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
    const file = await this.#stageStream(key, begun(chunksOf(source, key, call.signal)))
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

  async #stageStream(key: Key, chunks: Begun<Uint8Array>): Promise<TempFile> {
    const { places, reader, writer, files } = this.#folder
    try {
      const place = await places.toWrite('put', key)
      const current = files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
      const staged = writer.stager.stage(place, current, fd => writeChunks(files.disk, fd, chunks))
      return await this.#orAbandon(place, staged)
    } catch (error) {
      // Refused before it was read to its end: a store that it reads from would wait for that when it is closed. The
      // source may never settle.
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

  /** Where the staging fails, the folders that were made for it are removed. */
  async #orAbandon(place: Place, staging: Promise<TempFile>): Promise<TempFile> {
    try {
      return await staging
    } catch (error) {
      await this.#folder.writer.abandon(place)
      throw error
    }
  }

  /** Judges a put by what it would replace, then stages the value and moves it to its place. */
  async #commit(key: Key, call: Call, stage: Staging): Promise<Written> {
    const { places, reader, writer, files, shared, etagSource } = this.#folder
    const { options, isConditional } = call
    const place = await places.toWrite('put', key)
    const current = isConditional || files.layout.filesAreForeign ? await reader.stat(place, true) : undefined
    const refused = isConditional ? judge(current && etagOf(etagSource, current), options) : undefined
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
    // Of two names of one file the system removes neither when one is renamed to the other.
    const isOneFile = existing !== undefined && areNamesOfOneFile(current, existing, source, target)
    const isMoved = await shared.changes.remove(from, source, () =>
      isOneFile ? writer.unlink(source) : writer.move(source, target, !mayReplace),
    )
    if (!isMoved) return 'absent'
    shared.changes.put(files.layout.placeOf(to))
    return 'moved'
  }
}

/** Whether two names lead to one file, and not only because the disk is blind to case. */
function areNamesOfOneFile(a: Stats, b: Stats, from: Place, to: Place): boolean {
  const fold = ({ folder, name }: Place): string => [...folder, name].join('/').normalize().toLowerCase()
  return a.nlink > 1 && a.ino === b.ino && a.dev === b.dev && fold(from) !== fold(to)
}

function ignore(): void {
  // The put fails for another reason, which its caller is told.
}
