import { expect, it, vi } from 'vitest'

import type { Capabilities } from '../../src/core/capabilities.ts'
import { Datastore, openStoreOf, serialized } from '../../src/core/open/datastore.ts'
import { json } from '../../src/core/serializers/json.ts'
import { MemoryDatastore, MemoryStore } from '../../src/core/stores/memory.ts'
import { describeDatastore } from '../../src/testkit/describe-datastore.ts'
import type { expect as ours } from '../../src/testkit/expect.ts'
import type { SuiteOptions } from '../../src/testkit/suite.ts'
import { MapStore } from '../core/open/map-store.ts'

let checks = 0
vi.mock('../../src/testkit/expect.ts', async original => {
  const actual = await original<{ readonly expect: typeof ours }>()
  return {
    ...actual,
    expect: (...args: Parameters<typeof actual.expect>) => {
      checks++
      return actual.expect(...args)
    },
  }
})

/** A memory store that declares other capabilities than it has. */
class Declaring extends MemoryStore {
  override readonly capabilities: Capabilities

  constructor(declared: Partial<Capabilities>) {
    super()
    this.capabilities = { ...new MemoryStore().capabilities, ...declared }
  }
}

const STORES: Readonly<Record<string, SuiteOptions<never>>> = {
  'of bytes': { create: async () => new MemoryDatastore() as never },
  'of bytes, opened twice': {
    create: async () => new MemoryDatastore() as never,
    beside: async store => new Datastore(openStoreOf(store).store) as never,
  },
  'of objects': { create: async () => serialized(new MemoryDatastore(), json) as never },
  'of four calls': { create: async () => new Datastore(new MapStore()) as never },
  'that takes no writes': { create: async () => new Datastore(new Declaring({ writable: false })) as never },
  'of small values': {
    create: async () => new Datastore(new Declaring({ limits: { valueBytes: 2000, keyBytes: 80 } })) as never,
  },
  'without values above others': {
    create: async () => new Datastore(new Declaring({ valueAndBranch: false })) as never,
  },
}

it.each(Object.keys(STORES))('D19 each test for a store %s checks something', async name => {
  const tests: { readonly name: string; readonly test: () => Promise<void> }[] = []
  let defined: unknown
  describeDatastore(
    name,
    { ...(STORES[name] as SuiteOptions<never>), runs: 1 },
    {
      describe: (_name, define) => {
        defined = Promise.all([defined, define()])
      },
      it: (title, _options, test) => {
        tests.push({ name: title, test })
      },
    },
  )
  await defined
  const vacuous: string[] = []
  for (const { name: title, test } of tests) {
    checks = 0
    // Some of these stores lack what they declare, so a failed test is ignored here.
    await test().catch(() => checks++)
    if (checks === 0) vacuous.push(title)
  }
  expect(vacuous).toEqual([])
})
