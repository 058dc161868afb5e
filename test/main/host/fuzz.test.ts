import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { openStack } from '../../../src/core/node/stack.ts'
import { CallError, isAbortedCall } from '../../../src/renderer/api/client.ts'
import type { ProcedureName } from '../../../src/shared/contract.ts'
import { TRANSPORT_NAMES } from './channels.ts'
import { type HostileCall, hostileCall, hostileMessage } from './hostile-values.ts'
import { bytesOf, connect, memoryWith, openSession, type TestPage, tempFolder, textOf } from './test-host.ts'

const STORES = {
  memory: async () => memoryWith(['/kept']),
  'a cache over sharded folders': async () => {
    const folder = (name: string) => ({ kind: 'fs', path: name })
    const shards = { kind: 'sharded', shards: [folder('a'), folder('b')] }
    const root = { kind: 'tiered', tiers: [{ kind: 'memory' }, shards] }
    const { store } = await openStack({ strata: 1, root }, { baseDirectory: await tempFolder() })
    await store.put(Key.of('kept'), bytesOf('/kept'))
    return store
  },
}

const COMBINATIONS = TRANSPORT_NAMES.flatMap(transport =>
  (Object.keys(STORES) as (keyof typeof STORES)[]).map(kind => [transport, kind] as const),
)

describe.each(COMBINATIONS)('hostile pages over %s, with %s below', (transport, kind) => {
  it('every call is answered, with a typed failure if it is invalid, and the session stays usable', {
    timeout: 120_000,
  }, async () => {
    const store = await STORES[kind]()
    const { host, page, session } = await openSession(store, transport, { idleLimit: 20 })
    let failures = 0
    await fc.assert(
      fc.asyncProperty(fc.array(hostileCall(session), { minLength: 1, maxLength: 12 }), async calls => {
        const outcomes = await Promise.allSettled(calls.map(call => make(page, call)))
        for (const [index, outcome] of outcomes.entries()) {
          if (outcome.status === 'fulfilled') continue
          failures++
          const error: unknown = outcome.reason
          // A message that a channel cannot carry is refused by the sender.
          if (error instanceof CallError) expect(error.code, calls[index]?.name).not.toBe('UNKNOWN')
          else expect(describeUnsendable(error)).toBe('')
        }
        await closeOthers(page, session)
        await expectAlive(page, session)
      }),
      { numRuns: 150 },
    )
    expect(failures).toBeGreaterThan(200)
    expect(textOf(await store.get(Key.of('kept')))).toBe('/kept')
    expect(host.logged).toEqual([])
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

describe.each(TRANSPORT_NAMES)('broken pages over %s', transport => {
  it('messages that are not calls are ignored', { timeout: 120_000 }, async () => {
    const { host, page, session } = await openSession(['/kept'], transport)
    await fc.assert(
      fc.asyncProperty(fc.array(hostileMessage, { maxLength: 20 }), async messages => {
        for (const message of messages) post(page, message)
        await expectAlive(page, session)
      }),
      { numRuns: 100 },
    )
    expect(host.logged).toEqual([])
  })

  it('pages that connect, open everything they can and disconnect leave nothing behind', {
    timeout: 120_000,
  }, async () => {
    const { host, page, session } = await openSession(['/kept'], transport)
    for (let round = 0; round < 15; round++) {
      const visitor = await connect(host, transport)
      const opened = Array.from({ length: 20 }, (_, index) => [
        visitor.call('streams.open', { session, key: '/kept' }),
        visitor.call('uploads.open', { session, key: `/upload/${round}/${index}` }),
        visitor.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 }),
      ]).flat()
      // Some disconnect at once, others when everything is open.
      if (round % 2 === 0) await Promise.allSettled(opened)
      visitor.pair.page.close()
      await Promise.allSettled(opened)
    }
    await expectAlive(page, session)
    const { rows } = await page.call('store.list', { session, prefix: '/upload' })
    expect(rows).toEqual([])
    expect(host.logged).toEqual([])
  })
})

async function make(page: TestPage, { name, input, cancelAfter }: HostileCall): Promise<unknown> {
  const abort = new AbortController()
  const call = page.call(name as ProcedureName, input as never, { signal: abort.signal })
  if (cancelAfter === undefined) return call
  const timer = setTimeout(() => abort.abort(), cancelAfter)
  return call.finally(() => clearTimeout(timer)).catch(ignoreAborted)
}

function ignoreAborted(error: unknown): void {
  if (!isAbortedCall(error)) throw error
}

/** Why a failure on the sender's own side is unexpected; `''` if it is expected. */
function describeUnsendable(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error
  return ['DataCloneError', 'TypeError', 'RangeError'].includes(name) ? '' : `${name}: ${String(error)}`
}

function post(page: TestPage, message: unknown): void {
  try {
    page.pair.page.post(message)
  } catch (error) {
    expect(describeUnsendable(error)).toBe('')
  }
}

async function closeOthers(page: TestPage, session: string): Promise<void> {
  const { sessions } = await page.call('sessions.list', {})
  for (const { id } of sessions) if (id !== session) await page.call('sessions.close', { session: id })
  await page.call('sessions.setReadOnly', { session, isReadOnly: false })
}

async function expectAlive(page: TestPage, session: string): Promise<void> {
  const value = bytesOf(`alive ${Math.random()}`)
  const { stat } = await page.call('store.put', { session, key: '/alive', bytes: value })
  expect(await page.call('store.get', { session, key: '/alive' })).toEqual({ bytes: value, stat })
  const { rows } = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 100 })
  expect(rows.map(row => row.name)).toEqual(expect.arrayContaining(['alive', 'kept']))
}
