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

/** Bytes of the files of one journal. */
const MAX_BYTES = 64 * 1024 * 1024
/** Bytes of a journal in memory. */
const MAX_MEMORY_BYTES = 16 * 1024 * 1024
/** Places of one stack that are remembered. */
const MAX_PLACES = 8

const about = z.object({
  strata: z.literal('journal'),
  version: z.literal(1),
  places: z.array(z.string()),
  isOff: z.boolean().optional(),
})

/** What is kept about the journal of one stack. */
interface JournalFile {
  /** What the stack may be opened as. */
  readonly places: readonly string[]
  /** Nothing is recorded, as a person chose. */
  readonly isOff: boolean
  /** When its file was written, in milliseconds since 1970; absent for one of this run. */
  readonly savedAt?: number | undefined
}

/** A log that is in use, and what a person should know of it. */
export interface OpenedLog<T> {
  readonly log: JournalLog
  /** What `use` made of it. */
  readonly used: T
  /** Whether it is there after the session closes. */
  readonly isLasting: boolean
  readonly notice?: string | undefined
}

/** Where the history of one session is kept, while it is open. */
export interface JournalPlace {
  readonly isOff: boolean
  /**
   * Opens the log. What cannot be kept in files is kept in memory, and says why.
   * @param use What is opened over the log; its failures with `CORRUPT` are those of the log, which is set aside.
   */
  open<T>(use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>>
  /** Removes what is kept, once its log is closed, and remembers whether anything is recorded from now on. */
  clear(isOff: boolean): Promise<void>
  turnOn(): Promise<void>
  /** The stack is of another source from now on. */
  move(source: Source): void
  /** Somebody else may open the journal. Called once its log is closed. */
  leave(): void
}

/** The journals of all stacks, each in a folder of its own beside a file about it. */
export class JournalFolders {
  readonly #folder: string
  readonly #log: Log
  readonly #files: Map<string, JournalFile>
  readonly #inUse = new Set<string>()
  /** Ends once the files are what was asked for last. */
  #saving: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, files: Map<string, JournalFile>, log: Log) {
    this.#folder = folder
    this.#files = files
    this.#log = log
  }

  /**
   * Reads what is kept. Journals of stacks that are not among `remembered` are removed, but for those that were made
   * after that was saved: a kill came before their stacks were remembered.
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

  /** Where the session of a source keeps its history; in memory for one that the workspace does not remember. */
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

  /** @param savedAt When the sources were written down; absent where they never were, or could not be read. */
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

  /** Resolves once the files are what was asked for. */
  async close(): Promise<void> {
    await this.#saving
  }

  async #openLog<T>(id: string, use: (log: JournalLog) => Promise<T>): Promise<OpenedLog<T>> {
    const folder = join(this.#folder, id)
    try {
      // A journal of the same name may be about to be removed.
      await this.#saving
      await makeFolder(this.#folder, 0o700)
      return { ...(await this.#openFiles(folder, use)), isLasting: true }
    } catch (error) {
      const isElsewhere = hasCode(error, 'CONFLICT')
      if (!isElsewhere) this.#log('The history of a stack cannot be kept in files', error)
      const state = isElsewhere
        ? 'Another Strata keeps the history of this stack'
        : `The history cannot be kept in files (${messageOf(error)})`
      const notice = `${state}. What is done here can be undone until the stack is closed.`
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
      // One that is set aside is enough to find out what happened.
      await rm(`${folder}.broken`, { recursive: true, force: true })
      await rename(folder, `${folder}.broken`)
      this.#log(`A history that cannot be read was set aside as ${JSON.stringify(`${folder}.broken`)}`, error)
      return inUse(await fileJournal(folder, { maxBytes: MAX_BYTES }), use)
    }
  }

  /** @returns Whether it is gone. Another host may have it open. */
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

  /** Alike in every host, so that two of them meet at one journal. */
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
      this.#log('What is known of the histories of stacks could not be saved', error)
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
    // Its log goes with the session.
  }

  async turnOn(): Promise<void> {
    // Nothing is remembered of it.
  }

  move(): void {
    // It is found by nobody else.
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
    if (!hasErrno(error, ['ENOENT'])) log('The histories of stacks could not be read', error)
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
      // Left alone: it may be of a later version of this program.
      log(`What is known of the history ${JSON.stringify(name)} could not be read`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  return files
}
