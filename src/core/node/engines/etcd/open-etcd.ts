import { failure } from '../../../errors.ts'
import type { Store } from '../../../open/store.ts'
import { endOfKeys } from '../../../ordered/byte-prefix.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import { FORMAT_KEY, idOfFormat } from '../../../ordered/strata/own-records.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { layoutOptionsOf } from '../key-layout.ts'
import { EtcdConnection } from './etcd-connection.ts'
import type { EtcdOptions } from './etcd-datastore.ts'
import { EtcdDriver } from './etcd-driver.ts'
import { firstKey } from './etcd-writes.ts'
import { refusal } from './failures.ts'

/**
 * The store below a prefix of an etcd cluster.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openEtcd(options: EtcdOptions, context: ServerContext): Promise<Store> {
  const driver = await openEtcdDriver(options, context)
  const { readOnly = false, revision } = options
  try {
    return await openOrdered(driver, {
      // The driver adds the prefix, in both layouts.
      ...layoutOptionsOf({ ...options, prefix: undefined }),
      readOnly: readOnly || revision !== undefined,
      durable: true,
    })
  } catch (error) {
    await driver.close()
    throw error
  }
}

/** The driver, which closes everything that was opened for it. */
export async function openEtcdDriver(options: EtcdOptions, context: ServerContext): Promise<EtcdDriver> {
  const { prefix: prefixText = '', revision } = options
  if (revision !== undefined && !(Number.isSafeInteger(revision) && revision > 0)) {
    throw refusal('"revision" is a whole number from 1 on')
  }
  const prefix = Buffer.from(prefixText)
  const format = Buffer.concat([prefix, FORMAT_KEY])
  const { connection, header } = await EtcdConnection.open(options, context, format)
  try {
    const at = revision === undefined ? {} : { revision }
    const read = (key: Buffer, end?: Buffer) =>
      connection.call(`open an etcd store`, ({ kv }) =>
        kv.range({ key, limit: 1, ...(end !== undefined && { range_end: end, keys_only: true }), ...at }),
      )
    const record = (await read(format)).kvs[0]?.value
    const isStrata = record !== undefined && idOfFormat(record) !== undefined
    const { layout, separator, leading } = options
    const isOfPath = layout === 'path' || separator !== undefined || leading !== undefined
    const id = `etcd:${header.cluster_id}/${prefix.toString('hex')}${revision === undefined ? '' : `@${revision}`}`
    return new EtcdDriver({
      connection,
      prefix,
      id,
      // What is empty becomes `strata`, unless the options say otherwise; what others wrote has no header.
      isStrata: isStrata || layout === 'strata' || (!isOfPath && (await isEmpty(read, prefix))),
      revision,
      now: Date.now,
    })
  } catch (error) {
    await connection.close()
    if (revision !== undefined && /compact|future/.test(String(error))) {
      const state = `revision ${revision} is not there: ${/compact/.test(String(error)) ? 'the server has discarded it by compaction' : 'the server has not reached it'}`
      throw failure('CONFIG_INVALID', 'open an etcd store', undefined, state, error)
    }
    throw error
  }
}

async function isEmpty(
  read: (key: Buffer, end?: Buffer) => Promise<{ readonly kvs: readonly unknown[] }>,
  prefix: Buffer,
): Promise<boolean> {
  const { kvs } = await read(firstKey(prefix), Buffer.from(endOfKeys(prefix)))
  return kvs.length === 0
}
