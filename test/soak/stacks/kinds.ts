import { z } from 'zod'
import { KeyTransformDatastore } from '../../../src/core/adapters/transform/key-transform.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { logging } from '../../../src/core/layers/logging.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { compressedKind } from '../../../src/core/node/kinds/compressed.ts'
import { etcdKind } from '../../../src/core/node/kinds/etcd.ts'
import { fsKind } from '../../../src/core/node/kinds/fs.ts'
import { gitKind } from '../../../src/core/node/kinds/git.ts'
import { journalKind } from '../../../src/core/node/kinds/journal.ts'
import { leveldbKind } from '../../../src/core/node/kinds/leveldb.ts'
import { lmdbKind } from '../../../src/core/node/kinds/lmdb.ts'
import { memcachedKind } from '../../../src/core/node/kinds/memcached.ts'
import { mongodbKind } from '../../../src/core/node/kinds/mongodb.ts'
import { mysqlKind } from '../../../src/core/node/kinds/mysql.ts'
import { postgresKind } from '../../../src/core/node/kinds/postgres.ts'
import { redisKind } from '../../../src/core/node/kinds/redis.ts'
import { s3Kind } from '../../../src/core/node/kinds/s3.ts'
import { sqliteKind } from '../../../src/core/node/kinds/sqlite.ts'
import { aesGcm } from '../../../src/core/serializers/aes-gcm.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { onlyChild } from '../../../src/core/stack/only-child.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { BrokenDatastore, DEFECTS } from '../broken-store.ts'
import { brokenDiskKind } from '../crash/broken-disk.ts'
import { brokenJournalKind } from '../journal/broken-journal.ts'
import { memoryJournalKind } from '../journal/memory-journal-kind.ts'

const wrapper = { children: 'one', childrenField: 'store', schema: z.strictObject({}), help: '' } as const

const metricsKind = defineKind({
  ...wrapper,
  kind: 'metrics',
  label: 'Metrics',
  data: 'below',
  isStateless: true,
  open: async (_options, children, { path }) => metrics(onlyChild(children, path)),
})

const loggingKind = defineKind({
  ...wrapper,
  kind: 'logging',
  label: 'Logging',
  data: 'below',
  isStateless: true,
  open: async (_options, children, { path }) => logging(onlyChild(children, path), { log: () => undefined }),
})

const SECRET = crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt', 'decrypt'])

const encryptedKind = defineKind({
  ...wrapper,
  kind: 'encrypted',
  label: 'Encrypted',
  open: async (_options, children, { path }) => transformed(onlyChild(children, path), aesGcm(await SECRET)),
})

/** Names of one segment, of capitals and digits alone, for a layout that has no others. */
const flatNamesKind = defineKind({
  ...wrapper,
  kind: 'flat-names',
  label: 'Flat names',
  open: async (_options, children, { path }) =>
    new KeyTransformDatastore(onlyChild(children, path), {
      to: key => Key.of(Buffer.from(key.toString()).toString('hex').toUpperCase()),
      from: below => Key.parse(Buffer.from(below.lastSegment, 'hex').toString()),
    }),
})

/** For a layout that takes `:` for `/`. */
const withoutColonsKind = defineKind({
  ...wrapper,
  kind: 'without-colons',
  label: 'Without colons',
  open: async (_options, children, { path }) =>
    new KeyTransformDatastore(onlyChild(children, path), {
      to: key => Key.parse(key.toString().replaceAll(':', ';')),
      from: below => Key.parse(below.toString().replaceAll(';', ':')),
      keepsLevels: true,
    }),
})

/** Not for random stacks: it shows that a model notices. */
const brokenKind = defineKind({
  kind: 'broken',
  label: 'Broken',
  help: '',
  schema: z.strictObject({ defect: z.enum(DEFECTS) }),
  children: 'none',
  open: async ({ defect }) => new BrokenDatastore(defect),
})

/** Not for random stacks: a change that brings it fails once what is below has its place. */
const failingKind = defineKind({
  ...wrapper,
  kind: 'fails-to-open',
  label: 'Fails to open',
  data: 'below',
  open: async () => {
    throw new DatastoreError('IO', 'It cannot be opened')
  },
})

/** Every kind that random stacks are made of, wrappers that documents do not have included. */
export const soakRegistry = new Registry([
  ...pureKinds,
  fsKind,
  leveldbKind,
  lmdbKind,
  sqliteKind,
  gitKind,
  redisKind,
  postgresKind,
  mongodbKind,
  mysqlKind,
  etcdKind,
  s3Kind,
  memcachedKind,
  compressedKind,
  journalKind,
  memoryJournalKind,
  metricsKind,
  loggingKind,
  encryptedKind,
  flatNamesKind,
  withoutColonsKind,
  brokenKind,
  failingKind,
  brokenJournalKind,
  brokenDiskKind,
])
