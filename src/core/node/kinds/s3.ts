import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { secretReference } from '../../stack/secret.ts'
import { openAtUrl, serverUrl } from '../../stack/server-url.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { S3Datastore } from '../engines/s3/s3-datastore.ts'
import { testS3 } from '../engines/s3/test-connection.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

/** The kind of nodes that are buckets of S3 servers, for a custom `Registry`. */
export const s3Kind = defineKind({
  kind: 's3',
  label: 'S3',
  help:
    'Keeps values as objects in a bucket of Amazon S3 or of another server of its protocol, or shows the objects that ' +
    'other programs keep there. Values of any size are streamed.',
  schema: z.strictObject({
    url: serverUrl(['s3']).describe('The bucket, and a folder in it: s3://bucket/folder.'),
    endpoint: z
      .string()
      .regex(/^https?:\/\/[^/?#@]+\/?$/, 'it should be an address as https://host:port')
      .optional()
      .describe('The address of the server: https://host:port. Default: Amazon, in the region.'),
    region: z
      .string()
      .min(1, 'it needs the name of a region')
      .optional()
      .describe('Default: the region of the profile or the environment, otherwise us-east-1.'),
    user: z
      .string()
      .min(1)
      .optional()
      .describe('The ID of an access key. Default: the credentials of the AWS tools.'),
    password: secretReference().optional().describe('The secret of the access key.'),
    sessionToken: secretReference().optional().describe('The session token of temporary credentials.'),
    profile: z
      .string()
      .min(1, 'it needs the name of a profile')
      .optional()
      .describe('The profile of the AWS tools on this computer whose credentials are used.'),
    pathStyle: z
      .boolean()
      .optional()
      .describe('Whether the bucket is part of the path instead of the host. Default: yes with an endpoint.'),
    ...keyLayoutFields,
    leading: z
      .boolean()
      .optional()
      .describe(
        'Layout path only: whether names begin with the separator. Default: as in the bucket; no in an empty bucket.',
      ),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    partSize: z
      .number()
      .int()
      .min(5 * 1024 ** 2)
      .max(5 * 1024 ** 3)
      .optional()
      .meta({ 'x-unit': 'bytes' })
      .describe(
        'The size of each part of an upload, in bytes. An upload has at most 10,000 parts. Default: 8 MiB.',
      ),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'endpoint', 'layout', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['s3'] },
  test: (options, context) => testS3(options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => S3Datastore.open(options, context)),
})
