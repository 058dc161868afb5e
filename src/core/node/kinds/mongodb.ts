import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { secretReference } from '../../stack/secret.ts'
import { openAtUrl } from '../../stack/server-url.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { mongoUrl } from '../engines/mongodb/mongo-access.ts'
import { MongoDatastore } from '../engines/mongodb/mongo-datastore.ts'
import { testMongo } from '../engines/mongodb/test-connection.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

const text = (what: string) => z.string().min(1, `it needs the name of a ${what}`).optional()

/** The kind of nodes that are collections of MongoDB servers, for a custom `Registry`. */
export const mongodbKind = defineKind({
  kind: 'mongodb',
  label: 'MongoDB',
  help:
    'Keeps values in a collection of a MongoDB server, which other programs may use too. Shows what go-ds-mongo and py ' +
    'datastore.mongo wrote, and the documents of any collection as Extended JSON.',
  schema: z.strictObject({
    url: mongoUrl().describe(
      'The address of the server: mongodb://host:27017/database, or of several members.',
    ),
    user: text('user').describe('The user to sign in as. Default: the one in the address.'),
    password: secretReference().optional().describe('The password of the user.'),
    database: text('database').describe('Default: the one in the address, otherwise test.'),
    collection: text('collection').describe('Default: kv.'),
    ...keyLayoutFields,
    layout: z
      .enum(['strata', 'path', 'documents', 'py-datastore'])
      .optional()
      .describe(
        'strata: every key, in order. path: the id is the key, v its bytes, as go-ds-mongo does. documents: any ' +
          'collection as Extended JSON. py-datastore: a database of that library. Default: what is found of the first two.',
      ),
    keyField: z
      .string()
      .min(1, 'it needs the name of a field')
      .optional()
      .meta({
        description: 'Layout documents only: the field with the key. Default: _id.',
        'x-applies': { layout: ['documents'] },
      }),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
    ...connectionOptions,
  }),
  children: 'none',
  data: ['url', 'database', 'collection', 'layout', 'keyField', 'separator', 'leading', 'prefix'],
  recognition: { protocols: ['mongodb', 'mongodb+srv'] },
  test: (options, context) => testMongo(options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => MongoDatastore.open(options, context)),
})
