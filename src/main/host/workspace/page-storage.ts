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
import type { Keychain } from '../secrets/secrets.ts'

/** The maximum number of items and of characters in them. The oldest items are dropped for new ones. */
export const STORAGE_LIMITS = { items: 2_000, characters: 16 * 1024 * 1024 }

const head = { strata: z.literal('page'), version: z.literal(1) }
const file = z.union([
  z.object({ ...head, ...storedItem.shape }),
  /** Name and text as JSON, sealed by the keychain. */
  z.object({ ...head, sealed: z.string() }),
])

export interface PageStorageOptions {
  readonly keychain: Keychain | undefined
  readonly log: Log
}

interface Kept {
  readonly text: string
  readonly savedAt: number
}

/**
 * What pages keep between runs: drafts, open tabs, the state of trees. The host does not interpret the texts. Each item
 * is a file in the user's data directory, replaced atomically, so it is available on any port of the page.
 * If the shell has a keychain, it seals the files, because drafts contain values.
 */
export class PageStorage {
  readonly #folder: string
  readonly #log: Log
  /** Absent if it does not encrypt. */
  readonly #keychain: Keychain | undefined
  /** Oldest first. */
  readonly #items: Map<string, Kept>
  /** Names whose file is out of date, in the order in which they are written. */
  readonly #unsaved = new Set<string>()
  #saving: Promise<void> | undefined

  private constructor(folder: string, loaded: Loaded, { keychain, log }: PageStorageOptions) {
    this.#folder = folder
    this.#items = loaded.items
    this.#keychain = keychain
    this.#log = log
    for (const name of loaded.toSeal) this.#unsaved.add(name)
    if (loaded.toSeal.length > 0) this.#saving = this.#save()
  }

  static async open(dataDirectory: string, options: PageStorageOptions): Promise<PageStorage> {
    const folder = join(dataDirectory, 'page')
    const isProtecting = await options.keychain?.isProtecting()
    const used = { ...options, keychain: isProtecting === true ? options.keychain : undefined }
    return new PageStorage(folder, await load(folder, used), used)
  }

  get items(): StoredItem[] {
    return [...this.#items].map(([name, { text }]) => ({ name, text }))
  }

  /**
   * Stores a text, or with `undefined` removes it.
   * @throws DatastoreError `UNSUPPORTED` for a text that is too long.
   */
  set(name: string, text: string | undefined): void {
    if (text !== undefined && text.length > MAX_STORED_TEXT) {
      throw new DatastoreError(
        'UNSUPPORTED',
        `Cannot store a text of the page: it has more than ${MAX_STORED_TEXT} characters`,
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
    // Other items set in the same turn are written with it.
    await Promise.resolve()
    for (const name of this.#unsaved) {
      this.#unsaved.delete(name)
      try {
        await this.#write(name)
      } catch (error) {
        this.#log('An item of the page storage could not be saved', error)
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
    const content = { name, text: item.text }
    const kept =
      this.#keychain === undefined ? content : { sealed: await this.#keychain.seal(JSON.stringify(content)) }
    const text = JSON.stringify({ strata: 'page', version: 1, ...kept })
    await writeFileAtomically(path, text, { replace: true, isPrivate: true })
  }
}

interface Loaded {
  readonly items: Map<string, Kept>
  /** Names of items that are not sealed, or sealed with an old key, so that they must be sealed again. */
  readonly toSeal: readonly string[]
}

async function load(folder: string, { keychain, log }: PageStorageOptions): Promise<Loaded> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (!hasErrno(error, ['ENOENT'])) log('The page storage could not be read', error)
    return []
  })
  const items: (StoredItem & Kept)[] = []
  const toSeal: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    if (!name.endsWith('.json')) continue
    try {
      const { mtimeMs: savedAt } = await stat(path)
      const bytes = await readRegularFile(path)
      const { item, isSealed } = await openItem(file.parse(JSON.parse(bytes.toString())), keychain)
      items.push({ ...item, savedAt })
      if (!isSealed && keychain !== undefined) toSeal.push(item.name)
    } catch (error) {
      // An unreadable file is left unchanged, and the others are used.
      log(`An item of the page storage could not be read from ${JSON.stringify(name)}`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  items.sort((a, b) => a.savedAt - b.savedAt)
  return { items: new Map(items.map(({ name, text, savedAt }) => [name, { text, savedAt }])), toSeal }
}

/** @throws Error for a sealed item if the keychain cannot be used. */
async function openItem(
  content: z.infer<typeof file>,
  keychain: Keychain | undefined,
): Promise<{ readonly item: StoredItem; readonly isSealed: boolean }> {
  if (!('sealed' in content)) return { item: content, isSealed: false }
  if (keychain === undefined) throw new Error('it is sealed by a keychain that is not available here')
  const { text, isOld } = await keychain.unseal(content.sealed)
  return { item: storedItem.parse(JSON.parse(text)), isSealed: !isOld }
}

/** Names contain keys, which can be longer than file names and contain any character. */
function fileName(name: string): string {
  return `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`
}
