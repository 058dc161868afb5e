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
      .describe('The address of the server: https://host:port. Default: that of Amazon in the region.'),
    region: z
      .string()
      .min(1, 'it needs the name of a region')
      .optional()
      .describe('Default: that of the profile or the environment, or us-east-1.'),
    user: z
      .string()
      .min(1)
      .optional()
      .describe('The id of an access key. Default: as the AWS tools sign in.'),
    password: secretReference().optional().describe('The secret of the access key.'),
    sessionToken: secretReference().optional().describe('The session token of temporary credentials.'),
    profile: z
      .string()
      .min(1, 'it needs the name of a profile')
      .optional()
      .describe('A profile of the AWS tools on this computer to sign in with.'),
    pathStyle: z
      .boolean()
      .optional()
      .describe('Whether the bucket is a part of the path instead of the host. Default: with an endpoint.'),
    ...keyLayoutFields,
    leading: z
      .boolean()
      .optional()
      .describe(
        'path alone: whether names begin with the separator. Default: what is found; no in an empty place.',
      ),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    partSize: z
      .number()
      .int()
      .min(5 * 1024 ** 2)
      .max(5 * 1024 ** 3)
      .optional()
      .meta({ 'x-unit': 'bytes' })
      .describe('Bytes of a part of an upload, of which there are at most 10,000. Default: 8 MiB.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'endpoint', 'layout', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['s3'] },
  test: (options, context) => testS3(options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => S3Datastore.open(options, context)),
})
