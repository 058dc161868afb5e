import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../errors.ts'
import { isRunning, nextOwnedName, ownerOf } from '../fs/owned-name.ts'

const EXTENSION = '.writer'

/**
 * Makes this process the only writer of a folder, until the returned function is called. Each writer creates a file of
 * its own before it looks for others. So of two concurrent writers at least one sees the other, and there are never
 * two.
 * @throws DatastoreError `CONFLICT` if there is another writer, or may be.
 */
export async function claimWriter(folder: string): Promise<() => Promise<void>> {
  const own = nextOwnedName(EXTENSION)
  const release = () => rm(join(folder, own), { force: true })
  await writeFile(join(folder, own), '', { flag: 'wx' })
  try {
    for (const name of await readdir(folder)) if (name !== own) await refuseOther(folder, name)
  } catch (error) {
    await release()
    throw error
  }
  return release
}

/** Whether a name is that of a writer's file in the folder. */
export function isClaim(name: string): boolean {
  return ownerOf(name, EXTENSION) !== undefined
}

async function refuseOther(folder: string, name: string): Promise<void> {
  const owner = ownerOf(name, EXTENSION)
  if (owner === undefined) return
  const runs = isRunning(owner)
  if (runs === false) {
    await rm(join(folder, name), { force: true })
    return
  }
  const state = runs
    ? `process ${owner.pid} has it open, and a journal has one writer`
    : `another machine may have it open; if none has, remove ${JSON.stringify(join(folder, name))}`
  throw new DatastoreError('CONFLICT', `Cannot open the journal ${JSON.stringify(folder)}: ${state}`)
}
