import { createHash } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { JournalLog } from '../../../core/adapters/journal/journal-log.ts'
import { memoryJournal } from '../../../core/adapters/journal/memory-journal.ts'
import { hasCode, messageOf } from '../../../core/errors.ts'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { fileJournal, removeFileJournal } from '../../../core/node/journal/file-journal.ts'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Log } from '../calls/describe-failure.ts'
import { removeIfLeft, writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/file-failure.ts'
import { placeOf } from '../sessions/unfinished-changes.ts'

/** The maximum number of bytes in the files of one journal. */
const MAX_BYTES = 64 * 1024 * 1024
/** The maximum number of bytes of a journal in memory. */
const MAX_MEMORY_BYTES = 16 * 1024 * 1024
/** The maximum number of sources of one stack that are remembered. */
const MAX_PLACES = 8

const about = z.object({
  strata: z.literal('journal'),
  version: z.literal(1),
  places: z.array(z.string()),
  isOff: z.boolean().optional(),
})

/** What is kept about the journal of one stack. */
interface JournalFile {
  /** The sources that the stack may be opened from; see `placeOf`. The current one is last. */
  readonly places: readonly string[]
  /** A person turned recording off. */
  readonly isOff: boolean
  /** When the file was written, in milliseconds since 1970; absent for a file that this process wrote. */
  readonly savedAt?: number | undefined
}

/** An open log, and what a person should know about it. */
export interface OpenedLog<T> {
  readonly log: JournalLog
  /** The result of `use`. */
  readonly used: T
  /** Whether the log survives the end of the session. */
  readonly isLasting: boolean
  readonly notice?: string | undefined
}

/** Where the history of one session is kept, while it is open. */
export interface JournalPlace {
  readonly isOff: boolean
  /**
   * Opens the log. If it cannot be kept in files, it is kept in memory, and `notice` says why.
   * @param use Opens something over the log. If it fails with `CORRUPT`, the log is set aside and a new one is used.
   */
  open<T>(use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>>
  /** Removes the journal, and remembers whether recording is off from now on. Call once the log is closed. */
  clear(isOff: boolean): Promise<void>
  turnOn(): Promise<void>
  /** The stack is of another source from now on. */
  move(source: Source): void
  /** Lets others open the journal. Call once its log is closed. */
  leave(): void
}

/** The journals of all stacks. Each has a folder, and a JSON file that describes it next to the folder. */
export class JournalFolders {
  readonly #folder: string
  readonly #log: Log
  readonly #files: Map<string, JournalFile>
  readonly #inUse = new Set<string>()
  /** Settles once the files have the latest content. */
  #saving: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, files: Map<string, JournalFile>, log: Log) {
    this.#folder = folder
    this.#files = files
    this.#log = log
  }

  /**
   * Reads the list of journals. Removes the journals of stacks that are not among `sources`, except those written after
   * `savedAt`: the process may have been killed before their stacks were remembered.
   */
  static async open(
    dataDirectory: string,
    { sources, savedAt }: { readonly sources: readonly Source[]; readonly savedAt: number | undefined },
    log: Log,
  ): Promise<JournalFolders> {
    const folder = join(dataDirectory, 'journals')
    const folders = new JournalFolders(folder, await load(folder, log), log)
    folders.#removeBut(sources, savedAt)
    return folders
  }

  /** Where the session of a source keeps its history. Without a source, in memory: the stack cannot be opened again. */
  placeOf(source: Source | undefined): JournalPlace {
    if (source === undefined) return new MemoryPlace()
    const place = placeOf(source)
    const known = [...this.#files].find(
      ([name, { places }]) => places.includes(place) && !this.#inUse.has(name),
    )
    const id = known?.[0] ?? this.#newId(place)
    this.#inUse.add(id)
    if (known === undefined) this.#keep(id, { places: [place], isOff: false })
    return {
      isOff: known?.[1].isOff ?? false,
      open: use => this.#openLog(id, use),
      clear: async isOff => {
        await this.#remove(id)
        this.#change(id, { isOff })
        await this.#saving
      },
      turnOn: async () => {
        this.#change(id, { isOff: false })
        await this.#saving
      },
      move: moved => {
        const { places = [] } = this.#files.get(id) ?? {}
        const latest = placeOf(moved)
        if (places.at(-1) === latest) return
        const others = places.filter(one => one !== latest)
        this.#change(id, { places: [...others, latest].slice(-MAX_PLACES) })
      },
      leave: () => this.#inUse.delete(id),
    }
  }

  /** Removes the journals of stacks that are not remembered and not open, here or in another host. */
  keepOnly(remembered: readonly Source[]): void {
    this.#removeBut(remembered, Number.POSITIVE_INFINITY)
  }

  /** @param savedAt When the sources were saved; absent if they were never saved or could not be read. */
  #removeBut(remembered: readonly Source[], savedAt: number | undefined): void {
    const places = new Set(remembered.map(placeOf))
    for (const [id, file] of this.#files) {
      if (this.#inUse.has(id) || file.places.some(place => places.has(place))) continue
      if (savedAt === undefined || (file.savedAt ?? 0) >= savedAt) continue
      this.#files.delete(id)
      void this.#inTurn(async () => {
        if (await this.#remove(id)) await rm(this.#pathOf(id), { force: true })
      })
    }
  }

  /** Resolves once the files have the latest content. */
  async close(): Promise<void> {
    await this.#saving
  }

  async #openLog<T>(id: string, use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>> {
    const folder = join(this.#folder, id)
    try {
      // An earlier journal with this name may still be in the process of being removed.
      await this.#saving
      await makeFolder(this.#folder, 0o700)
      return { ...(await this.#openFiles(folder, use)), isLasting: true }
    } catch (error) {
      const isElsewhere = hasCode(error, 'CONFLICT')
      if (!isElsewhere) this.#log('The history of a stack cannot be kept in files', error)
      const state = isElsewhere
        ? 'Another Strata keeps the history of this stack'
        : `The history cannot be kept in files (${messageOf(error)})`
      const notice = `${state}. Changes can be undone only until the stack is closed.`
      return { ...(await openInMemory(use)), notice }
    }
  }

  async #openFiles<T>(
    folder: string,
    use: (log: JournalLog) => Promise<T>,
  ): Promise<Pick<OpenedLog<T>, 'log' | 'used'>> {
    try {
      return await inUse(await fileJournal(folder, { maxBytes: MAX_BYTES }), use)
    } catch (error) {
      if (!hasCode(error, 'CORRUPT')) throw error
      // Only the latest broken journal is kept: one is enough to find the cause.
      await rm(`${folder}.broken`, { recursive: true, force: true })
      await rename(folder, `${folder}.broken`)
      this.#log(`A damaged history was set aside as ${JSON.stringify(`${folder}.broken`)}`, error)
      return inUse(await fileJournal(folder, { maxBytes: MAX_BYTES }), use)
    }
  }

  /** @returns Whether the journal was removed. Another host may have it open. */
  async #remove(id: string): Promise<boolean> {
    try {
      await removeFileJournal(join(this.#folder, id))
      await rm(join(this.#folder, `${id}.broken`), { recursive: true, force: true })
      return true
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) this.#log('A history could not be removed', error)
      return false
    }
  }

  /** The same id in every host, so that two hosts with the same stack find the same journal. */
  #newId(place: string): string {
    const name = createHash('sha256').update(place).digest('hex').slice(0, 24)
    for (let count = 1; ; count++) {
      const id = count === 1 ? name : `${name}-${count}`
      if (!this.#files.has(id) && !this.#inUse.has(id)) return id
    }
  }

  #change(id: string, changes: Partial<JournalFile>): void {
    const file = this.#files.get(id)
    if (file !== undefined) this.#keep(id, { ...file, ...changes })
  }

  #keep(id: string, file: JournalFile): void {
    this.#files.set(id, file)
    void this.#inTurn(async () => {
      await makeFolder(this.#folder, 0o700)
      const { places, isOff } = file
      const text = JSON.stringify({ strata: 'journal', version: 1, places, isOff })
      await writeFileAtomically(this.#pathOf(id), text, { replace: true, isPrivate: true })
    })
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}.json`)
  }

  #inTurn(work: () => Promise<unknown>): Promise<unknown> {
    this.#saving = this.#saving.then(work).catch((error: unknown) => {
      this.#log('The list of histories could not be saved', error)
    })
    return this.#saving
  }
}

/** A history that ends with its session. */
class MemoryPlace implements JournalPlace {
  isOff = false

  open<T>(use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>> {
    return openInMemory(use)
  }

  async clear(): Promise<void> {
    // The log ends with the session.
  }

  async turnOn(): Promise<void> {
    // Whether recording is on is not remembered.
  }

  move(): void {
    // No other session can find it by its source.
  }

  leave(): void {
    // As above.
  }
}

async function openInMemory<T>(use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>> {
  return { ...(await inUse(memoryJournal({ maxBytes: MAX_MEMORY_BYTES }), use)), isLasting: false }
}

async function inUse<T>(
  log: JournalLog,
  use: (log: JournalLog) => Promise<T>,
): Promise<Pick<OpenedLog<T>, 'log' | 'used'>> {
  try {
    return { log, used: await use(log) }
  } catch (error) {
    await log.close()
    throw error
  }
}

async function load(folder: string, log: Log): Promise<Map<string, JournalFile>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (!hasErrno(error, ['ENOENT'])) log('The list of histories could not be read', error)
    return []
  })
  const files = new Map<string, JournalFile>()
  for (const name of names.filter(one => one.endsWith('.json'))) {
    try {
      const path = join(folder, name)
      const { places, isOff = false } = about.parse(JSON.parse((await readRegularFile(path)).toString()))
      const { mtimeMs: savedAt } = await stat(path)
      files.set(name.slice(0, -'.json'.length), { places, isOff, savedAt })
    } catch (error) {
      // The file is kept: a later version of this program may have written it.
      log(`The description of a history could not be read from ${JSON.stringify(name)}`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  return files
}
