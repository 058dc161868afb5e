import type { Document } from 'mongodb'
import type { Store } from '../../../open/store.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import { PathNames } from '../../../ordered/path/path-names.ts'
import { FORMAT_KEY, idOfFormat } from '../../../ordered/strata/own-records.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { IndexedStore } from '../../indexed/indexed-store.ts'
import { layoutOptionsOf } from '../key-layout.ts'
import { DocumentValues } from './document-values.ts'
import { mongoFailure, refusal } from './failures.ts'
import { accessTo, type MongoAccess } from './mongo-access.ts'
import type { MongoOptions } from './mongo-datastore.ts'
import { MongoDriver } from './mongo-driver.ts'
import { CollectionPlace, PyDatabasePlace } from './places.ts'
import { topologyOf } from './topology.ts'

const COLLECTION = 'kv'

/**
 * The store in a collection of a server, or in a database of py datastore.mongo.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openMongo(options: MongoOptions, context: ServerContext): Promise<Store> {
  const { layout, readOnly = false } = options
  const access = await accessTo(options, context)
  try {
    if (layout === 'documents' || layout === 'py-datastore') {
      return await openDocuments(access, options, context)
    }
    const driver = await driverOn(access, options)
    const given = layoutOptionsOf({ ...options, layout })
    return await openOrdered(driver, { ...given, readOnly, durable: true })
  } catch (error) {
    await access.close()
    throw mongoFailure('open a MongoDB store', error)
  }
}

/** The driver of a collection, which closes everything that was opened for it. */
export async function openMongoDriver(options: MongoOptions, context: ServerContext): Promise<MongoDriver> {
  const access = await accessTo(options, context)
  try {
    return await driverOn(access, options)
  } catch (error) {
    await access.close()
    throw mongoFailure('open a MongoDB store', error)
  }
}

async function driverOn(access: MongoAccess, options: MongoOptions): Promise<MongoDriver> {
  const { collection = COLLECTION, layout, separator, leading, prefix } = options
  const records = access.database.collection<Document & { readonly _id: string }>(collection)
  const format = await records.findOne(
    { _id: Buffer.from(FORMAT_KEY).toString('latin1') },
    { promoteBuffers: true },
  )
  const isOwn = format !== null && idOfFormat(format['v'] as Uint8Array) !== undefined
  const isOfPath = layout === 'path' || [separator, leading, prefix].some(one => one !== undefined)
  const isStrata =
    isOwn ||
    layout === 'strata' ||
    (!isOfPath && (await records.findOne({}, { projection: { _id: 1 } })) === null)
  if (!isStrata && (await records.findOne({ _id: { $not: { $type: 'string' } } } as object)) !== null) {
    throw refusal('its documents have ids that are not text; layout "documents" shows them')
  }
  const topology = await topologyOf(access)
  // The server removes what has expired.
  if (isStrata && topology.isWritable && options.readOnly !== true) {
    await records
      .createIndexes([{ key: { exp: 1 }, expireAfterSeconds: 0, sparse: true }])
      .catch(() => undefined)
  }
  const id = `mongodb:${access.name}/${access.database.databaseName}/${collection}`
  return new MongoDriver({ access, collection, id, isStrata, topology })
}

async function openDocuments(
  access: MongoAccess,
  options: MongoOptions,
  context: ServerContext,
): Promise<Store> {
  const {
    layout,
    collection,
    readOnly = false,
    keyField = '_id',
    separator,
    leading = false,
    prefix,
  } = options
  if (layout === 'documents' && collection === undefined)
    throw refusal('layout "documents" needs a collection')
  const place =
    layout === 'documents'
      ? new CollectionPlace(access, collection as string, keyField)
      : new PyDatabasePlace(access)
  const names = new PathNames({
    separator,
    leading: layout === 'py-datastore' ? true : leading,
    prefix: prefix === undefined ? undefined : Buffer.from(prefix),
  })
  const topology = await topologyOf(access)
  const { digest } = layoutOptionsOf({})
  const values = new DocumentValues({ access, place, names, digest, topology, isReadOnly: readOnly })
  return new IndexedStore(values, indexing => context.report?.({ indexing }))
}
