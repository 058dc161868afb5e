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
  /** What the stack may be opened as from now on: what it came from, and what it becomes. */
  sources: z.array(source),
  /** The document that says where keys may still be. */
  before: z.unknown(),
  /** The document that says where they belong. */
  after: z.unknown(),
})
export type UnfinishedChange = z.infer<typeof unfinishedChange>

const file = z.object({ strata: z.literal('change'), version: z.literal(1), ...unfinishedChange.shape })

/**
 * Changes of stacks whose keys may not be where the new document puts them: each is written down before it is made, and
 * forgotten once every key has moved. A host that is killed meanwhile finds them at its next start, and opens such a
 * stack as it was and makes the change again, so that no key is looked for in the wrong place only.
 */
export class UnfinishedChanges {
  readonly #folder: string
  readonly #log: Log
  /** By the name of the file that holds it. */
  readonly #changes: Map<string, UnfinishedChange>
  /** Ends once the files are what was asked for last. */
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

  /** The change that the stack of a source has to end. @returns its name, and the change. */
  find(wanted: Source): readonly [name: string, change: UnfinishedChange] | undefined {
    const place = placeOf(wanted)
    return [...this.#changes].find(([, { sources }]) => sources.some(one => placeOf(one) === place))
  }

  /**
   * Writes a change down. Resolves once a killed process would find it.
   * @param name Of the change whose place it takes. @returns its name.
   * @throws DatastoreError `IO` and others, where the file could not be written
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
    // To make a change again that was made does no harm.
    await this.#inTurn(() => rm(this.#pathOf(name), { force: true })).catch((error: unknown) =>
      this.#log('A change of a stack has ended, but the file about it could not be removed', error),
    )
  }

  /** Resolves once the files are what was asked for. */
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

/** The same for two sources that open the same stack. A stack that came from a file is of that file, saved or not. */
function placeOf(one: Source): string {
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
      // Left alone: it may be of a later version of this program.
      log(`An unfinished change of a stack could not be read from ${JSON.stringify(name)}`, error)
    }
  }
  await Promise.all(names.filter(name => name.endsWith('.tmp')).map(name => removeIfLeft(folder, name)))
  return changes
}
