import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { soak } from '../soak.ts'
import { Ledger, Violation } from '../violation.ts'
import { CRASH_DEFECTS } from './broken-disk.ts'
import { bundledWorker, runCrashes } from './crash-run.ts'
import { UNFLUSHED } from './defects.ts'

const WAS_SYNCED = 'synced values are present'
const memory = { kind: 'memory' }
let folders = 0
const fs = (layout = 'strata') => ({ kind: 'fs', path: `f${folders++}`, layout, create: true })
let worker: Awaited<ReturnType<typeof bundledWorker>>

beforeAll(async () => {
  worker = await bundledWorker()
}, 60_000)
afterAll(() => worker[Symbol.asyncDispose]())

/**
 * Kills the process that writes to a stack. @returns The calls that were started, and how often each
 * invariant held.
 */
async function crash(
  root: StackNodeDocument,
  kills: number,
  { seed = 1, ...more }: { readonly seed?: number; readonly changes?: number; readonly defect?: string } = {},
) {
  const ledger = new Ledger()
  const calls = await runCrashes({ program: worker.file, root, seed, kills, ledger, ...more })
  return { calls, held: new Map(ledger.counts) }
}

/** The invariant that a run found violated. */
function invariantIn({ cause }: Error): string {
  if (cause instanceof Violation) return cause.invariant
  throw cause
}

describe('a process killed while it writes', { timeout: 60_000 }, () => {
  const shards = { kind: 'sharded', shards: [fs(), fs('plain'), fs()] }
  const mounts = {
    '/': { kind: 'cache', store: shards },
    '/x': { kind: 'namespace', prefix: '/ns', store: fs() },
  }
  it.each([
    ['tiers over shards', { kind: 'tiered', tiers: [memory, shards] }],
    ['tiers that outlive the process', { kind: 'tiered', tiers: [fs(), fs()] }],
    ['mounts', { kind: 'mount', mounts }],
  ] as const)('F4 A2 S2 leaves a state that the model allows in %s', async (_, root) => {
    const { calls } = await crash(root, 4)
    expect(calls).toBeGreaterThan(10)
  })

  it('A19 leaves in write-back tiers all synced values, and otherwise only values that were put', async () => {
    const root = { kind: 'tiered', mode: 'write-back', tiers: [memory, fs()] }
    const { held } = await crash(root, 6, { changes: 0 })
    expect(held.get('synced values are present')).toBeGreaterThan(0)
    expect(held.get('synced deletes stay deleted')).toBeGreaterThan(0)
  })

  it('W10 leaves a journal that continues where it was', async () => {
    const { held } = await crash({ kind: 'journal', log: 'log', store: shards }, 3, { changes: 0 })
    expect(held.get('the record ends with the current values')).toBeGreaterThan(5)
  })

  it('X6 X8 leaves acknowledged writes if its stack was being changed, with the old and the new document', async () => {
    const kept = { kind: 'sharded', shards: [fs(), { kind: 'tiered', tiers: [memory, fs()] }] }
    const { held } = await crash({ kind: 'retry', store: kept }, 6, { changes: 0.5 })
    expect(held.get('a change is interrupted')).toBeGreaterThan(1)
  })

  it('X8 a change that does not flush removed stores is detected', async () => {
    const root = { kind: 'tiered', mode: 'write-back', tiers: [memory, fs()] }
    const found: unknown[] = []
    for (let seed = 1; seed <= 20 && !found.includes(WAS_SYNCED); seed++)
      found.push(await crash(root, 10, { seed, changes: 0.3, defect: UNFLUSHED }).catch(invariantIn))
    expect(found).toContain(WAS_SYNCED)
  })

  it('D19 leaves a state that the model allows in random stacks', async () => {
    const failures: string[] = []
    const onFailure = (seed: number, error: Error) => failures.push(`seed ${seed}: ${error.message}`)
    const { calls } = await soak({ seed: 1, runs: 3, kills: 2, onFailure })
    expect(failures).toEqual([])
    expect(calls).toBeGreaterThan(15)
  })

  it.each(Object.entries(CRASH_DEFECTS))('D18 a store that %s is detected: %s', async (defect, invariant) => {
    const found: unknown[] = []
    for (let seed = 1; seed <= 20 && !found.includes(invariant); seed++) {
      const broken = crash({ kind: 'broken-disk', defect, store: fs() }, 10, { seed, changes: 0 })
      found.push(await broken.catch(invariantIn))
    }
    expect(found).toContain(invariant)
  })
})
