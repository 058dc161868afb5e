import { z } from 'zod'
import { KeyTransformDatastore } from '../../../src/core/adapters/transform/key-transform.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { logging } from '../../../src/core/layers/logging.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { describeKinds, nodeKinds } from '../../../src/core/node/stack.ts'
import { aesGcm } from '../../../src/core/serializers/aes-gcm.ts'
import { defineKind, onlyChild } from '../../../src/core/stack/kind.ts'
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

/** Names of one segment, of capitals and digits only, for a layout that allows no others. */
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

/** For a layout that reads `:` as `/`. */
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

/** Not for random stacks: it proves that a model detects defects. */
const brokenKind = defineKind({
  kind: 'broken',
  label: 'Broken',
  help: '',
  schema: z.strictObject({ defect: z.enum(DEFECTS) }),
  children: 'none',
  open: async ({ defect }) => new BrokenDatastore(defect),
})

/** Not for random stacks: a change that adds it fails after the nodes below have been placed. */
const failingKind = defineKind({
  ...wrapper,
  kind: 'fails-to-open',
  label: 'Fails to open',
  data: 'below',
  open: async () => {
    throw new DatastoreError('IO', 'It cannot be opened')
  },
})

/** Every kind in random stacks, including wrappers that documents do not have. */
export const soakRegistry = new Registry([
  ...nodeKinds,
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

/** The kinds of stores in servers: those with an address. */
export const serverKinds: readonly string[] = describeKinds()
  .filter(({ schema }) => 'url' in ((schema as { properties?: object }).properties ?? {}))
  .map(({ kind }) => kind)
