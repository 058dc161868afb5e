import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { openAtUrl } from '../../stack/server-url.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { MemcachedDatastore } from '../engines/memcached/memcached-datastore.ts'
import { memcachedUrl } from '../engines/memcached/memcached-server.ts'
import { testMemcached } from '../engines/memcached/test-connection.ts'
import { nameLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are memcached servers, for a custom `Registry`. */
export const memcachedKind = defineKind({
  kind: 'memcached',
  label: 'memcached',
  help:
    'Keeps values in a memcached server, or shows what other programs keep there. The server ' +
    'evicts values when it is full and loses all when it stops: use it as a tier above a store that keeps values.',
  schema: z.strictObject({
    url: memcachedUrl().describe('The address of the server: memcached://host:11211. Encrypted with "tls".'),
    ...nameLayoutFields,
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'layout', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['memcached'] },
  test: (options, context) => testMemcached(options, context),
  open: (options, _children, context) =>
    openAtUrl(context.path, () => MemcachedDatastore.open(options, context)),
})
