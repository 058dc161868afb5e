import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DatastoreError } from '../../../core/errors.ts'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import { MAX_STORED_TEXT, type StoredItem, storedItem } from '../../../shared/procedures/storage.ts'
import type { Log } from '../calls/describe-failure.ts'
import { removeIfLeft, writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/file-failure.ts'

/** Items and characters of them that are kept; the oldest give way to new ones. */
export const STORAGE_LIMITS = { items: 2_000, characters: 16 * 1024 * 1024 }

const file = z.object({ strata: z.literal('page'), version: z.literal(1), ...storedItem.shape })

interface Kept {
  readonly text: string
  readonly savedAt: number
}

/**
 * What pages keep from one start to the next: drafts, open tabs, the state of trees. The host does not look into the
 * texts. Each item is a file of its own, replaced whole, in the user's data directory; so it is there whatever port the
 * page was served on.
 */
export class PageStorage {
  readonly #folder: string
  readonly #log: Log
  /** Oldest first. */
  readonly #items: Map<string, Kept>
  /** Names whose file is not what it should be, in the order in which they are written. */
  readonly #unsaved = new Set<string>()
  #saving: Promise<void> | undefined

  private constructor(folder: string, items: Map<string, Kept>, log: Log) {
    this.#folder = folder
    this.#items = items
    this.#log = log
  }

  static async open(dataDirectory: string, log: Log): Promise<PageStorage> {
    const folder = join(dataDirectory, 'page')
    return new PageStorage(folder, await load(folder, log), log)
  }

  get items(): StoredItem[] {
    return [...this.#items].map(([name, { text }]) => ({ name, text }))
  }

  /**
   * Keeps a text, or with `undefined` forgets it.
   * @throws DatastoreError `UNSUPPORTED` for a text that is too long.
   */
  set(name: string, text: string | undefined): void {
    if (text !== undefined && text.length > MAX_STORED_TEXT) {
      throw new DatastoreError(
        'UNSUPPORTED',
        `Cannot keep a text: it has more than ${MAX_STORED_TEXT} characters`,
      )
    }
    this.#items.delete(name)
    if (text !== undefined) this.#items.set(name, { text, savedAt: Date.now() })
    this.#unsaved.add(name)
    this.#makeRoom()
    this.#saving ??= this.#save()
  }

  /** Resolves once everything is in its file. */
  async close(): Promise<void> {
    await this.#saving
  }

  #makeRoom(): void {
    let characters = 0
    for (const { text } of this.#items.values()) characters += text.length
    for (const [name, { text }] of this.#items) {
      if (characters <= STORAGE_LIMITS.characters && this.#items.size <= STORAGE_LIMITS.items) return
      this.#items.delete(name)
      this.#unsaved.add(name)
      characters -= text.length
    }
  }

  async #save(): Promise<void> {
    // Whatever else is set in the same turn is written with it.
    await Promise.resolve()
    for (const name of this.#unsaved) {
      this.#unsaved.delete(name)
      try {
        await this.#write(name)
      } catch (error) {
        this.#log('What a page keeps could not be saved', error)
      }
    }
    this.#saving = undefined
  }

  async #write(name: string): Promise<void> {
    const path = join(this.#folder, fileName(name))
    const item = this.#items.get(name)
    if (item === undefined) {
      await rm(path, { force: true })
      return
    }
    await makeFolder(this.#folder, 0o700)
    const text = JSON.stringify({ strata: 'page', version: 1, name, text: item.text })
    await writeFileAtomically(path, text, { replace: true, isPrivate: true })
  }
}

async function load(folder: string, log: Log): Promise<Map<string, Kept>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (!hasErrno(error, ['ENOENT'])) log('What pages keep could not be read', error)
    return []
  })
  const items: (StoredItem & Kept)[] = []
  for (const name of names) {
    const path = join(folder, name)
    if (!name.endsWith('.json')) continue
    try {
      const { mtimeMs: savedAt } = await stat(path)
      const bytes = await readRegularFile(path)
      items.push({ ...file.parse(JSON.parse(bytes.toString())), savedAt })
    } catch (error) {
      // A file that cannot be used is left alone, and the others are used.
      log(`What a page keeps could not be read from ${JSON.stringify(name)}`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  items.sort((a, b) => a.savedAt - b.savedAt)
  return new Map(items.map(({ name, text, savedAt }) => [name, { text, savedAt }]))
}

/** Names hold keys, which are longer than file names may be and hold any character. */
function fileName(name: string): string {
  return `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`
}
