import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { secretReference } from '../../stack/secret.ts'
import { openAtUrl } from '../../stack/server-url.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { RedisDatastore } from '../engines/redis/redis-datastore.ts'
import { redisUrl } from '../engines/redis/server/address.ts'
import { testRedis } from '../engines/redis/test-connection.ts'
import { nameLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are Redis servers and clusters, for a custom `Registry`. */
export const redisKind = defineKind({
  kind: 'redis',
  label: 'Redis',
  help:
    'Keeps values in a Redis server or in a Redis Cluster, or shows what other programs keep there. Layout strata holds ' +
    'every key in key order; path shows the names that are there, divided by a separator.',
  schema: z.strictObject({
    url: redisUrl().describe(
      'The address of the server, or of any master of a cluster: redis://host:6379/0; rediss:// is encrypted.',
    ),
    user: z.string().min(1).optional().describe('The user to sign in as. Default: the one in the address.'),
    password: secretReference().optional().describe('The password of the user.'),
    database: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('The number of the database. Default: the one in the address, otherwise 0.'),
    ...nameLayoutFields,
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    cluster: z.boolean().optional().describe('Whether it is a cluster. Default: the server is asked.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'database', 'layout', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['redis', 'rediss'] },
  test: (options, context) => testRedis(options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => RedisDatastore.open(options, context)),
})
