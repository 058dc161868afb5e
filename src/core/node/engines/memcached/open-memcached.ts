import type { Store } from '../../../open/store.ts'
import { PathNames } from '../../../ordered/path/path-names.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { IndexedStore } from '../../indexed/indexed-store.ts'
import { memcachedFailure, refusal } from './failures.ts'
import { ItemNames } from './item-names.ts'
import type { MemcachedOptions } from './memcached-datastore.ts'
import { accessTo, MemcachedServer } from './memcached-server.ts'
import { MemcachedValues } from './memcached-values.ts'
import { hasItems } from './scan-items.ts'
import type { ServerFacts } from './server-facts.ts'

/** The separator of names by default, as in Redis. */
const SEPARATOR = ':'
/** So that a hash fits behind it. */
const PREFIX_BYTES = 150

/**
 * The store in a memcached server.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openMemcached(options: MemcachedOptions, context: ServerContext): Promise<Store> {
  const { prefix = '', separator = SEPARATOR, leading, readOnly = false } = options
  if (Buffer.byteLength(prefix) > PREFIX_BYTES) throw refusal(`"prefix" has up to ${PREFIX_BYTES} bytes`)
  const path = new PathNames({ separator, leading, prefix: new TextEncoder().encode(prefix) })
  const access = await accessTo(options, context)
  let server: MemcachedServer | undefined
  try {
    server = await MemcachedServer.open(access, context.report)
    const facts = await server.facts('open a memcached store')
    const isStrata = (await layoutOf(server, options, facts)) === 'strata'
    const values = new MemcachedValues({
      server,
      names: new ItemNames(prefix, isStrata ? undefined : path),
      info: { kind: 'memcached', id: `memcached:${access.name}/${prefix}` },
      facts,
      isStrata,
      isWhole: prefix === '',
      problem: path.problem,
      isReadOnly: readOnly,
    })
    return new IndexedStore(values, indexing => context.report?.({ indexing }))
  } catch (error) {
    await (server ?? access).close()
    throw memcachedFailure('open a memcached store', error)
  }
}

/** The layout of the stored items. The server may have evicted the marker of layout `strata`: the document names it then. */
async function layoutOf(
  server: MemcachedServer,
  options: MemcachedOptions,
  facts: ServerFacts,
): Promise<'strata' | 'path'> {
  const { prefix = '', layout, separator, leading } = options
  const names = new ItemNames(prefix, undefined)
  const { key, flag } = names.own('format')
  const { status } = await server.send('open a memcached store', `mg ${key}${flag}`)
  const isOfPath = layout === 'path' || separator !== undefined || leading !== undefined
  if (status === 'HD') {
    if (isOfPath) throw refusal('it has layout "strata", not "path"')
    return 'strata'
  }
  if (layout !== undefined) return layout
  if (isOfPath) return 'path'
  const any = new PathNames({ separator: SEPARATOR, prefix: new TextEncoder().encode(prefix) })
  return facts.items > 0 && (await hasItems(server, new ItemNames(prefix, any))) ? 'path' : 'strata'
}
