import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { secretReference } from '../../stack/secret.ts'
import { openAtUrl } from '../../stack/server-url.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { etcdUrl } from '../engines/etcd/etcd-client.ts'
import { EtcdDatastore } from '../engines/etcd/etcd-datastore.ts'
import { testEtcd } from '../engines/etcd/test-connection.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are etcd clusters, for a custom `Registry`. */
export const etcdKind = defineKind({
  kind: 'etcd',
  label: 'etcd',
  help:
    'Keeps values in an etcd cluster, which other programs may use too: configuration and small data, up to 1.5 MiB a ' +
    'value. Shows changes as they happen, and older revisions.',
  schema: z.strictObject({
    url: etcdUrl().describe(
      'The address of a member, or of several: etcd://host:2379 or etcd://a:2379,b:2379. Encrypted with "tls".',
    ),
    user: z.string().min(1).optional().describe('The user to sign in as. Default: the one in the address.'),
    password: secretReference().optional().describe('The password of the user.'),
    ...keyLayoutFields,
    prefix: z
      .string()
      .min(1, 'it should be a text that keys begin with')
      .optional()
      .describe('In both layouts, every key begins with this text. Other keys are not shown.'),
    revision: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Show the data as they were at this revision, read-only, until the server discards it.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'layout', 'separator', 'leading', 'prefix', 'revision'],
  recognition: { protocols: ['etcd'] },
  test: (options, context) => testEtcd(options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => EtcdDatastore.open(options, context)),
})
