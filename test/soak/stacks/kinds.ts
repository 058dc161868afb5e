import { z } from 'zod'
import { logging } from '../../../src/core/adapters/wrappers/logging.ts'
import { metrics } from '../../../src/core/adapters/wrappers/metrics.ts'
import { compressedKind } from '../../../src/core/node/kinds/compressed.ts'
import { fsKind } from '../../../src/core/node/kinds/fs.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { onlyChild } from '../../../src/core/stack/only-child.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { BrokenDatastore, DEFECTS } from '../broken-store.ts'

const wrapper = { children: 'one', childrenField: 'store', schema: z.strictObject({}), help: '' } as const

const metricsKind = defineKind({
  ...wrapper,
  kind: 'metrics',
  label: 'Metrics',
  open: async (_options, children, { path }) => metrics(onlyChild(children, path)),
})

const loggingKind = defineKind({
  ...wrapper,
  kind: 'logging',
  label: 'Logging',
  open: async (_options, children, { path }) => logging(onlyChild(children, path), { log: () => undefined }),
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

/** Every kind that random stacks are made of, wrappers that documents do not have included. */
export const soakRegistry = new Registry([
  ...pureKinds,
  fsKind,
  compressedKind,
  metricsKind,
  loggingKind,
  brokenKind,
])
