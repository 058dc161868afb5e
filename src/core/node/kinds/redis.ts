import { z } from 'zod'
import { DatastoreError, messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { secretReference } from '../../stack/secret.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { redisUrl } from '../engines/redis/address.ts'
import { RedisDatastore } from '../engines/redis/redis-datastore.ts'
import { testRedis } from '../engines/redis/test-connection.ts'

/** The kind of nodes that are Redis servers and clusters, for a `Registry` of one's own. */
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
    user: z.string().min(1).optional().describe('The user to sign in as. Default: that of the address.'),
    password: secretReference().optional().describe('The password of the user.'),
    database: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('The number of the database. Default: that of the address, or 0.'),
    layout: z
      .enum(['strata', 'path'])
      .optional()
      .describe('strata: any key. path: the names of other programs. Default: what is found there.'),
    separator: z
      .string()
      .regex(/^[\0-\x7f]+$/, 'it should be one or more ASCII characters')
      .optional()
      .describe('Layout path: what divides the segments of a name. Default: a colon.'),
    leading: z
      .boolean()
      .optional()
      .describe('Layout path: whether names begin with the separator. Default: yes for /, else no.'),
    prefix: z
      .string()
      .min(1, 'it should be a text that names begin with')
      .optional()
      .describe('What every name begins with; others are not shown.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    cluster: z.boolean().optional().describe('Whether it is a cluster. Default: the server is asked.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'database', 'layout', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['redis', 'rediss'] },
  test: (options, context) => testRedis(options, context),
  open: async (options, _children, context) => {
    try {
      return await RedisDatastore.open(options, context)
    } catch (error) {
      if (error instanceof ConfigError) throw error
      const problem = messageOf(error)
      if (!(error instanceof DatastoreError) || error.code === 'CONFIG_INVALID') {
        throw new ConfigError(`${context.path}.url`, problem, { cause: error })
      }
      // A server that cannot be reached now is no mistake in the document.
      throw new DatastoreError(error.code, `${context.path}.url: ${problem}`, { cause: error })
    }
  },
})
