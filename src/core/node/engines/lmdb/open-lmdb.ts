import { join } from 'node:path'
import type { RootDatabaseOptionsWithPath } from 'lmdb'
import { Gate } from '../../../open/turns.ts'
import type { OrderedDriver } from '../../../ordered/driver.ts'
import { holdFile } from '../../locked-files.ts'
import { optionalPackage } from '../../optional-package.ts'
import { SharedUses } from '../shared-uses.ts'
import { FileSource } from './foreign/file-source.ts'
import { ForeignLmdbDriver } from './foreign/foreign-driver.ts'
import { LmdbDriver } from './lmdb-driver.ts'
import { LmdbEnvironment, lmdbFailure, type Root } from './lmdb-environment.ts'
import { findLmdb, type LmdbFile } from './lmdb-file.ts'
import { BYTES } from './lmdb-rows.ts'

/** The parts of the client that are used. */
interface Client {
  readonly open: (this: void, options: RootDatabaseOptionsWithPath) => Root
}

/** How a file is opened. */
export interface OpenLmdbOptions {
  readonly readOnly: boolean
  readonly create: boolean
  /** The name of a database in the file. Default: the main database. */
  readonly database: string | undefined
}

/** A database that is open. */
export interface OpenLmdb {
  readonly driver: OrderedDriver
  /** Shared by all users of the file in this process. */
  readonly gate: Gate
}

interface OpenFile {
  readonly environment: LmdbEnvironment
  close(this: void): Promise<void>
}

/** The files that this process has open. */
const uses = new SharedUses<OpenFile>()

/**
 * Opens a database of an LMDB file. A file that stock LMDB wrote is read by a separate reader, because the client would
 * end the process.
 * @param load Loads the client; a test passes its own.
 * @throws DatastoreError `CONFIG_INVALID`, `CORRUPT`, `ACCESS_DENIED`, `IO`
 */
export async function openLmdb(
  path: string,
  { readOnly, create, database }: OpenLmdbOptions,
  load: () => Promise<Client> = () => import('lmdb'),
): Promise<OpenLmdb> {
  // Before anything is created for it.
  const client = await optionalPackage('an LMDB store', 'lmdb', load)
  const file = await findLmdb(path, create && !readOnly)
  const id = `lmdb:${file.id}${database === undefined ? '' : `:${database}`}`
  if (file.format === 'foreign') return openForeign(file, id, database)
  const { value, gate, release } = await uses.use(
    file.id,
    async () => openEnvironment(client, file, !readOnly),
    ({ close }) => close(),
  )
  const { environment } = value
  try {
    if (!readOnly) environment.makeWritable()
    environment.database(database)
  } catch (error) {
    await release()
    throw lmdbFailure(`open ${JSON.stringify(file.path)}`, error)
  }
  const driver = new LmdbDriver({ environment, database, id, isWritable: !readOnly, release })
  return { driver, gate }
}

function openForeign({ file }: LmdbFile, id: string, database: string | undefined): OpenLmdb {
  const driver = new ForeignLmdbDriver(new FileSource(file), id, database)
  try {
    driver.check()
    return { driver, gate: new Gate() }
  } catch (error) {
    driver.close()
    throw error
  }
}

function openEnvironment(client: Client, file: LmdbFile, isWritable: boolean): OpenFile {
  const environment = new LmdbEnvironment(may => openFile(client, file, may), isWritable)
  const release = holdFile(file.isFolder ? join(file.path, 'lock.mdb') : `${file.path}-lock`, 'lock')
  return {
    environment,
    close: async () => {
      await environment.close()
      release()
    },
  }
}

function openFile(client: Client, { path, isFolder }: LmdbFile, isWritable: boolean): Root {
  const options = {
    path,
    noSubdir: !isFolder,
    readOnly: !isWritable,
    ...BYTES,
  } as const
  try {
    return client.open(options)
  } catch (error) {
    throw lmdbFailure(`open ${JSON.stringify(path)}`, error)
  }
}
