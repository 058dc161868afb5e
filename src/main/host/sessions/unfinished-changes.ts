import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import { type Source, source } from '../../../shared/procedures/sessions.ts'
import type { Log } from '../calls/describe-failure.ts'
import { removeIfLeft, writeFileAtomically } from '../files/atomic-file.ts'
import { fileFailure, hasErrno } from '../files/file-failure.ts'

const unfinishedChange = z.object({
  /** The sources that the stack may be opened as from now on: its former source, and its new one. */
  sources: z.array(source),
  /** The document that says where keys may still be. */
  before: z.unknown(),
  /** The document that says where they belong. */
  after: z.unknown(),
})
export type UnfinishedChange = z.infer<typeof unfinishedChange>

const file = z.object({ strata: z.literal('change'), version: z.literal(1), ...unfinishedChange.shape })

/**
 * Changes of stacks whose keys may not be where the new document puts them. Each is recorded before it is made, and
 * removed once every key has moved. If the host is killed in between, it finds them at its next start, opens such a
 * stack with the document before the change, and applies the change again, so that no key is looked for only in the
 * wrong place.
 */
export class UnfinishedChanges {
  readonly #folder: string
  readonly #log: Log
  /** By the name of the file that contains it. */
  readonly #changes: Map<string, UnfinishedChange>
  /** Settles once the files have the latest content. */
  #saving: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, changes: Map<string, UnfinishedChange>, log: Log) {
    this.#folder = folder
    this.#log = log
    this.#changes = changes
  }

  static async open(dataDirectory: string, log: Log): Promise<UnfinishedChanges> {
    const folder = join(dataDirectory, 'changes')
    return new UnfinishedChanges(folder, await load(folder, log), log)
  }

  /**
   * The unfinished change of a source.
   * @returns Its name, and the change.
   */
  find(wanted: Source): readonly [name: string, change: UnfinishedChange] | undefined {
    const place = placeOf(wanted)
    return [...this.#changes].find(([, { sources }]) => sources.some(one => placeOf(one) === place))
  }

  /**
   * Records a change. Resolves once it would survive a kill of the process.
   * @param name The name of the change that it replaces.
   * @returns Its name.
   * @throws DatastoreError `IO` and others, if the file could not be written.
   */
  async keep(change: UnfinishedChange, name: string = randomUUID()): Promise<string> {
    const path = this.#pathOf(name)
    await this.#inTurn(async () => {
      await makeFolder(this.#folder, 0o700)
      const text = JSON.stringify({ strata: 'change', version: 1, ...change })
      await writeFileAtomically(path, text, { replace: true, isPrivate: true })
    }).catch((error: unknown) => {
      throw fileFailure('write', path, error)
    })
    this.#changes.set(name, change)
    return name
  }

  async forget(name: string): Promise<void> {
    this.#changes.delete(name)
    // Applying a change again that was already made does no harm.
    await this.#inTurn(() => rm(this.#pathOf(name), { force: true })).catch((error: unknown) =>
      this.#log('A change of a stack has ended, but the file about it could not be removed', error),
    )
  }

  /** Resolves once the files have the latest content. */
  async close(): Promise<void> {
    await this.#saving
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`)
  }

  #inTurn(work: () => Promise<unknown>): Promise<unknown> {
    const done = this.#saving.then(work)
    this.#saving = done.catch(() => undefined)
    return done
  }
}

/**
 * Equal for two sources that open the same stack. A stack from a file belongs to that file, whether it is saved or not.
 */
export function placeOf(one: Source): string {
  const isOfFile = one.type === 'stackFile' || (one.type === 'document' && one.path !== undefined)
  return isOfFile ? `file:${one.path}` : JSON.stringify(one)
}

async function load(folder: string, log: Log): Promise<Map<string, UnfinishedChange>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (!hasErrno(error, ['ENOENT'])) log('Unfinished changes of stacks could not be read', error)
    return []
  })
  const changes = new Map<string, UnfinishedChange>()
  for (const name of names.filter(one => one.endsWith('.json'))) {
    try {
      const bytes = await readRegularFile(join(folder, name))
      const { sources, before, after } = file.parse(JSON.parse(bytes.toString()))
      changes.set(name.slice(0, -'.json'.length), { sources, before, after })
    } catch (error) {
      // The file is kept: a later version of this program may have written it.
      log(`An unfinished change of a stack could not be read from ${JSON.stringify(name)}`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  return changes
}
