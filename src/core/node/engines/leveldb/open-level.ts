import { join } from 'node:path'
import type * as ClassicLevelModule from 'classic-level'
import { DatastoreError } from '../../../errors.ts'
import { Gate } from '../../../open/turns.ts'
import { InlineBudget } from '../../fs/disk.ts'
import { openRoot } from '../../fs/open-folder.ts'
import { holdFile } from '../../locked-files.ts'
import { optionalPackage } from '../../optional-package.ts'
import { SharedUses } from '../shared-uses.ts'
import { levelFailure } from './failures.ts'
import { folderState, refuseFlocked } from './level-folder.ts'
import { snapshotOf } from './level-snapshot.ts'
import { type Level, LevelWrites } from './level-writes.ts'
import { LevelDriver } from './leveldb-driver.ts'

type Client = Pick<typeof ClassicLevelModule, 'ClassicLevel'>
type OpenFiles = (folder: string) => Promise<Level>

/** How a folder is opened. */
export interface OpenLevelOptions {
  readonly readOnly: boolean
  readonly create: boolean
  /** Small reads may run on the calling thread. */
  readonly inline: boolean
}

/** A folder that is open. */
export interface OpenLevel {
  readonly driver: LevelDriver
  /** Shared by all users of the open folder. */
  readonly gate: Gate
}

interface OpenFolder {
  readonly writes: LevelWrites
  close(this: void): Promise<void>
}

/**
 * The folders that this process has open, by id. LevelDB is never asked to open one twice: the attempt would fail and
 * release the lock of the first, so that another process could open the folder at the same time.
 */
const uses = new SharedUses<OpenFolder>()

/**
 * @param load Loads the client; a test passes its own.
 * @throws DatastoreError `CONFIG_INVALID`, `CONFLICT` if another program has the folder open, `ACCESS_DENIED`, `IO`
 */
export async function openLevel(
  path: string,
  options: OpenLevelOptions,
  load: () => Promise<Client> = () => import('classic-level'),
): Promise<OpenLevel> {
  const create = options.create && !options.readOnly
  // Before a folder is created for it.
  const client = await optionalPackage('a LevelDB store', 'classic-level', load)
  const root = await openRoot(path, create)
  const open = (folder: string) => openFiles(client, folder, create)
  return options.readOnly ? openCopy(root, open, options) : openShared(root, open, options)
}

interface Root {
  readonly path: string
  readonly id: string
}

async function openShared(
  root: Root,
  open: OpenFiles,
  { create, inline }: OpenLevelOptions,
): Promise<OpenLevel> {
  const { value, gate, release } = await uses.use(
    root.id,
    () => openAlone(root, open, create),
    ({ close }) => close(),
  )
  const use = {
    writes: value.writes,
    id: `leveldb:${root.id}`,
    isWritable: true,
    budget: budgetOf(inline),
    release,
  }
  return { driver: new LevelDriver(use), gate }
}

async function openAlone({ path }: Root, open: OpenFiles, create: boolean): Promise<OpenFolder> {
  if ((await folderState(path)) === 'empty' && !create) throw withoutLevel(path)
  await refuseFlocked(path)
  const writes = new LevelWrites(await open(path))
  const release = holdFile(join(path, 'LOCK'), 'lock')
  return {
    writes,
    close: async () => {
      await writes.close()
      release()
    },
  }
}

/** Opens a copy, because LevelDB writes to a folder even for reading. */
async function openCopy(
  { path, id }: Root,
  open: OpenFiles,
  { inline }: OpenLevelOptions,
): Promise<OpenLevel> {
  if ((await folderState(path)) === 'empty') throw withoutLevel(path)
  const copy = await snapshotOf(path)
  try {
    const writes = new LevelWrites(await open(copy.path))
    const release = async () => {
      await writes.close()
      await copy.remove()
    }
    const use = { writes, id: `leveldb:${id}`, isWritable: false, budget: budgetOf(inline), release }
    return { driver: new LevelDriver(use), gate: new Gate() }
  } catch (error) {
    await copy.remove()
    throw error
  }
}

async function openFiles({ ClassicLevel }: Client, path: string, createIfMissing: boolean): Promise<Level> {
  const level: Level = new ClassicLevel(path, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await level.open({ createIfMissing })
    return level
  } catch (error) {
    throw levelFailure(`open ${JSON.stringify(path)}`, error)
  }
}

function budgetOf(isInline: boolean): InlineBudget {
  return isInline ? new InlineBudget() : new InlineBudget(undefined, 0)
}

function withoutLevel(path: string): DatastoreError {
  return new DatastoreError(
    'CONFIG_INVALID',
    `Cannot open ${JSON.stringify(path)}: there is no LevelDB in it`,
  )
}
