import { afterEach, describe, expect, it, vi } from 'vitest'
import { noRedis, startRedis } from '../servers/redis.ts'
import { DEFECTS } from './broken-store.ts'
import { type HistoryOptions, runHistory } from './history.ts'
import { JOURNAL_DEFECTS } from './journal/broken-journal.ts'
import { soak } from './soak.ts'
import { APPLY_DEFECTS } from './stacks/apply-defects.ts'
import { Ledger, Violation } from './violation.ts'

const memory = { kind: 'memory' }
let folders = 0
const fs = (layout = 'strata') => ({ kind: 'fs', path: `f${folders++}`, layout, create: true })

/** Every store and every adapter by itself, over persistent stores. */
const alone = {
  memory: { root: memory, isDurable: false },
  'fs strata': { root: fs() },
  'fs plain': { root: fs('plain') },
  leveldb: { root: { kind: 'fault', store: { kind: 'leveldb', path: 'level' } } },
  lmdb: { root: { kind: 'fault', store: { kind: 'lmdb', path: 'lmdb' } } },
  sqlite: { root: { kind: 'fault', store: { kind: 'sqlite', path: 'data.db' } } },
  git: { root: { kind: 'fault', store: { kind: 'git', path: 'store.git' } } },
  tiered: {
    root: {
      kind: 'tiered',
      tiers: [memory, { kind: 'fault', store: memory }, { kind: 'fault', store: fs() }],
    },
  },
  sharded: { root: { kind: 'sharded', shards: [fs(), { kind: 'fault', store: fs() }, fs('plain')] } },
  mount: {
    root: { kind: 'mount', mounts: { '/': fs(), '/x': { kind: 'fault', store: fs() }, '/m/n': fs() } },
  },
  namespace: { root: { kind: 'namespace', prefix: '/x/y', store: { kind: 'fault', store: fs() } } },
  'nested path': { root: { kind: 'nested-path', store: { kind: 'fault', store: fs() } } },
  lowercase: { root: { kind: 'lowercase', store: { kind: 'fault', store: fs() } } },
  cache: {
    root: { kind: 'cache', maxEntries: 3, negativeTtl: 60_000, store: { kind: 'fault', store: fs() } },
  },
  retry: { root: { kind: 'retry', delay: 0.1, attempts: 3, store: { kind: 'fault', store: fs() } } },
  timeout: { root: { kind: 'timeout', milliseconds: 60_000, store: { kind: 'fault', store: fs() } } },
  'rate limit': { root: { kind: 'rate-limit', perSecond: 1e6, store: fs() } },
  metrics: { root: { kind: 'metrics', store: { kind: 'fault', store: fs() } } },
  logging: { root: { kind: 'logging', store: { kind: 'fault', store: fs() } } },
  'journal in a folder': { root: { kind: 'journal', log: 'log', store: { kind: 'fault', store: fs() } } },
  'journal of few bytes': {
    root: { kind: 'journal', log: 'log', maxBytes: 20_000, store: { kind: 'fault', store: fs('plain') } },
  },
  'journal in memory over tiers': {
    root: {
      kind: 'memory-journal',
      store: {
        kind: 'retry',
        delay: 0.1,
        attempts: 3,
        store: { kind: 'tiered', mode: 'write-back', tiers: [memory, { kind: 'fault', store: fs() }] },
      },
    },
  },
  'journal over journal': {
    root: {
      kind: 'journal',
      log: 'upper',
      store: { kind: 'journal', log: 'lower', store: { kind: 'fault', store: fs() } },
    },
  },
  'journal over keys in lower case': {
    root: {
      kind: 'journal',
      log: 'log',
      store: { kind: 'lowercase', store: { kind: 'fault', store: fs() } },
    },
  },
  'read-only': { root: { kind: 'read-only', store: fs() } },
} as const

/** The invariant that a run found violated, or `none`. */
async function invariantBroken(options: HistoryOptions): Promise<string> {
  try {
    await runHistory(options)
    return 'none'
  } catch (error) {
    const { cause } = error as Error
    if (cause instanceof Violation) return cause.invariant
    throw error
  }
}

afterEach(() => vi.restoreAllMocks())

describe('random histories with faults, aborts, changes, closings and reopenings', () => {
  it.each(Object.entries(alone))('D1 D2 D13 D14 D16 D18 on %s agree with a model', async (_, each) => {
    const ledger = new Ledger()
    const options = { isDurable: true, rounds: 40, ledger, ...each }
    for (const seed of [1, 2]) expect(await runHistory({ ...options, seed })).toBeGreaterThan(30)
  })

  it('D1 D2 D13 D14 D16 D18 on redis agree with a model', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const server = await startRedis()
    try {
      for (const seed of [1, 2]) {
        const store = { kind: 'redis', url: server.url, layout: 'strata', prefix: `${seed}-` }
        const root = { kind: 'cache', maxEntries: 3, store: { kind: 'fault', store } }
        await runHistory({ root, isDurable: true, rounds: 40, ledger: new Ledger(), seed })
      }
    } finally {
      await server.stop()
    }
  })

  it('D19 Q9 on random stacks up to four deep agree with a model', async () => {
    const failures: string[] = []
    const result = await soak({
      seed: 1,
      runs: 25,
      rounds: 40,
      onFailure: (seed, error) => failures.push(`seed ${seed}: ${error.message}`),
    })
    expect(failures).toEqual([])
    expect(result.stacks).toBeGreaterThan(15)
    // It starts a server of each available kind.
  }, 180_000)

  it.each(Object.entries(APPLY_DEFECTS))(
    'X6 X8 X9 a change that %s is detected',
    async (_, { seed: first, spoil }) => {
      spoil()
      const ledger = new Ledger()
      const leaf = { kind: 'fault', store: fs() }
      const root = {
        kind: 'tiered',
        mode: 'write-back',
        tiers: [memory, { kind: 'sharded', shards: [leaf, memory] }],
      }
      const found: unknown[] = []
      for (let seed = first; seed < first + 40 && found.length === 0; seed++) {
        const run = runHistory({
          root,
          isDurable: false,
          rounds: 60,
          changes: 0.6,
          patience: 500,
          seed,
          ledger,
        })
        await run.catch((error: unknown) => found.push(error))
      }
      expect(found).toHaveLength(1)
      // Many histories, on a machine that may be busy.
    },
    240_000,
  )

  it.each(Object.entries(JOURNAL_DEFECTS))(
    'W4 a journal that %s is detected: %s',
    async (defect, invariant) => {
      const root = { kind: 'broken-journal', defect, store: { kind: 'fault', store: memory } }
      const found = new Set<string>()
      // A change that reopens a journal ends its record, so there are few changes.
      for (let seed = 1; seed <= 30 && !found.has(invariant); seed++)
        found.add(
          await invariantBroken({
            root,
            isDurable: false,
            rounds: 200,
            changes: 0.01,
            seed,
            ledger: new Ledger(),
          }),
        )
      expect([...found]).toContain(invariant)
    },
  )

  it.each(DEFECTS)('D18 a store that %s is detected', async defect => {
    const root = { kind: 'broken', defect }
    const run = runHistory({ root, isDurable: false, rounds: 100, seed: 1, ledger: new Ledger() })
    await expect(run).rejects.toThrow('Violation')
  })
})
