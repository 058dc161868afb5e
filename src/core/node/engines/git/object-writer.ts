import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import { forEachBounded } from '../../../concurrency/for-each-bounded.ts'
import { Slices } from '../../../concurrency/slices.ts'
import { systemCode } from '../../fs/disk.ts'
import { type HashName, type ObjectType, objectBytes, objectIdOf } from './objects.ts'
import { packOf } from './pack.ts'

const deflated = promisify(deflate)

/** An object of this many bytes is written on the calling thread, where that is allowed. */
const SMALL = 64 * 1024
/** The number of objects that are written at a time. */
const AT_ONCE = 16
/** This many objects are written as one pack, as git does with what is pushed to it. */
const PACK_FROM = 100

interface Waiting {
  readonly type: ObjectType
  readonly content: Uint8Array
}

export interface ObjectWriterOptions {
  /** Each object is on the device before `flush` resolves. */
  readonly isDurable: boolean
  /** Small objects are written on the calling thread, which is several times as fast. */
  readonly isInline: boolean
  /** Takes a pack of many objects. Default: each object is a file of its own. */
  readonly writePack?: ((pack: Uint8Array) => Promise<void>) | undefined
}

/**
 * Writes objects: few of them each to a file of its own ("loose objects"), many as a pack. An object is complete before it
 * has its name, so a process that is killed leaves none that is torn.
 */
export class ObjectWriter {
  /** The number of objects that were written. */
  written = 0
  readonly #folder: string
  readonly #hash: HashName
  readonly #options: ObjectWriterOptions
  readonly #slices = new Slices()
  readonly #temporary = `tmp_obj_${randomBytes(8).toString('hex')}`
  #names = 0
  #waiting = new Map<string, Waiting>()
  #flushing: Promise<void> = Promise.resolve()
  /** Folders with new files that are not flushed to the device. */
  #folders = new Set<string>()

  /** @param folder Of the repository. */
  constructor(folder: string, hash: HashName, options: ObjectWriterOptions) {
    this.#folder = join(folder, 'objects')
    this.#hash = hash
    this.#options = options
  }

  /** Takes an object that the next flush writes. Its content must not change. @returns Its id. */
  put(type: ObjectType, content: Uint8Array): string {
    const oid = objectIdOf(objectBytes(type, content), this.#hash)
    this.#waiting.set(oid, { type, content })
    return oid
  }

  /** Writes what was put so far. */
  flush(): Promise<void> {
    const objects = this.#waiting
    this.#waiting = new Map()
    this.#flushing = this.#flushing.catch(() => undefined).then(() => this.#write(objects))
    return this.#flushing
  }

  async #write(objects: ReadonlyMap<string, Waiting>): Promise<void> {
    const { writePack, isDurable } = this.#options
    if (writePack !== undefined && objects.size >= PACK_FROM) {
      await writePack(await packOf([...objects.values()], this.#hash))
    } else {
      await forEachBounded(objects, AT_ONCE, ([oid, object]) => this.#writeOne(oid, object))
    }
    this.written += objects.size
    if (isDurable) for (const folder of this.#folders) await syncFolder(folder)
    this.#folders = new Set()
  }

  async #writeOne(oid: string, { type, content }: Waiting): Promise<void> {
    const bytes = objectBytes(type, content)
    const folder = join(this.#folder, oid.slice(0, 2))
    const path = join(folder, oid.slice(2))
    // Git removes files of such names that a killed process left.
    const temporary = join(folder, `${this.#temporary}_${++this.#names}`)
    if (this.#options.isInline && bytes.length <= SMALL) this.#writeInline(folder, temporary, path, bytes)
    else await this.#writePooled(folder, temporary, path, bytes)
    this.#folders.add(folder)
    if (this.#slices.isOver) await this.#slices.pause()
  }

  #writeInline(folder: string, temporary: string, path: string, bytes: Uint8Array): void {
    const content = deflateSync(bytes, { level: 1 })
    const file = this.#createInline(folder, temporary)
    try {
      for (let at = 0; at < content.length; ) at += writeSync(file, content, at)
      if (this.#options.isDurable) fdatasyncSync(file)
    } finally {
      closeSync(file)
    }
    try {
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  #createInline(folder: string, path: string): number {
    try {
      return openSync(path, 'wx', 0o444)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
    try {
      mkdirSync(folder)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
    this.#folders.add(this.#folder)
    return openSync(path, 'wx', 0o444)
  }

  async #writePooled(folder: string, temporary: string, path: string, bytes: Uint8Array): Promise<void> {
    const content = await deflated(bytes, { level: 1 })
    const file = await this.#create(folder, temporary)
    try {
      await file.writeFile(content)
      if (this.#options.isDurable) await file.datasync()
    } finally {
      await file.close()
    }
    try {
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  async #create(folder: string, path: string) {
    try {
      return await open(path, 'wx', 0o444)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
    await mkdir(folder).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error
    })
    this.#folders.add(this.#folder)
    return open(path, 'wx', 0o444)
  }
}

/** Makes the names in a folder survive a power cut, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
