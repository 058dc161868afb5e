import { describe, expect, it } from 'vitest'
import { contract, type ProcedureName } from '../../../src/shared/contract.ts'
import { MAX_CALL_BYTES } from '../../../src/shared/values.ts'
import { TRANSPORT_NAMES } from './channels.ts'
import { HangingStore } from './hanging-store.ts'
import { bytesOf, connect, eventually, openSession, testHost } from './test-host.ts'

describe.each(TRANSPORT_NAMES)('calls over %s', transport => {
  it('return values that match the contract', async () => {
    const { page, session, host } = await openSession(['/a'], transport)
    const { bytes, stat } = await page.call('store.get', { session, key: '/a' })
    expect(bytes).toStrictEqual(bytesOf('/a'))
    expect(stat.size).toBe(2)
    expect(host.logged).toEqual([])
  })

  it('carry bytes both ways unchanged, up to the limit of one call', async () => {
    const { page, session } = await openSession([], transport)
    const bytes = new Uint8Array(MAX_CALL_BYTES).map((_, index) => (index * 7) & 255)
    await page.call('store.put', { session, key: '/large', bytes })
    const read = await page.call('store.get', { session, key: '/large' })
    expect(Buffer.compare(read.bytes, bytes)).toBe(0)
    const tooMany = page.call('store.put', {
      session,
      key: '/larger',
      bytes: new Uint8Array(MAX_CALL_BYTES + 1),
    })
    await expect(tooMany).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('a view on a larger buffer arrives as its own bytes only', async () => {
    const { page, session } = await openSession([], transport)
    const large = new Uint8Array(1000).fill(1)
    await page.call('store.put', { session, key: '/v', bytes: large.subarray(10, 13) })
    const { bytes } = await page.call('store.get', { session, key: '/v' })
    expect(bytes).toStrictEqual(new Uint8Array([1, 1, 1]))
    expect(bytes.buffer.byteLength).toBe(3)
  })

  it.each(['__proto__', 'constructor', 'toString', 'store.nothing', '', 'STORE.GET'])(
    'refuse the procedure %j',
    async name => {
      const { page } = await openSession([], transport)
      await expect(page.call(name as ProcedureName, {})).rejects.toMatchObject({ code: 'BAD_INPUT' })
    },
  )

  it.each([
    ['a missing field', { session: 's' }],
    ['an extra field', { session: 's', key: '/a', more: 1 }],
    ['a wrong type', { session: 's', key: 7 }],
    ['not an object', 'text'],
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a fraction as a byte count', { session: 's', key: '/a', start: 0.5 }],
    ['a negative offset', { session: 's', key: '/a', start: -1 }],
    ['a key that is too long', { session: 's', key: 'k'.repeat(70_000) }],
  ])('refuse %s with a readable message', async (_what, input) => {
    const { page } = await openSession([], transport)
    const call = page.call('store.get', input as never)
    await expect(call).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^The call does not fit its schema: .{1,2000}$/) as string,
    })
  })

  it('refuse a list of a million items without checking each one', async () => {
    const { page } = await openSession([], transport)
    const call = page.call('shell.setMenu', { commands: Array.from<never>({ length: 1_000_000 }) })
    await expect(call).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('50000') as string,
    })
  })

  it('cancel ends a call that hangs with ABORTED', async () => {
    const store = new HangingStore()
    const { page, session } = await openSession(store, transport)
    for (const [name, input] of [
      ['store.get', { session, key: '/a' }],
      ['store.list', { session, prefix: '/' }],
      ['store.has', { session, key: '/a' }],
      ['store.stat', { session, key: '/a' }],
      ['store.stats', { session }],
      ['levels.rows', { session, prefix: '/', offset: 0, limit: 1 }],
      ['levels.find', { session, prefix: '/', name: 'a' }],
      ['streams.open', { session, key: '/a' }],
      ['sessions.plan', { session, document: { strata: 1, root: { kind: 'null' } } }],
    ] as const) {
      const abort = new AbortController()
      const before = store.calls
      const call = page.call(name, input, { signal: abort.signal })
      await eventually(() => store.calls > before || name.startsWith('levels.'))
      abort.abort()
      await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    }
    store.release()
  })

  it('a channel that closes aborts its calls', async () => {
    const store = new HangingStore()
    const { page, session } = await openSession(store, transport)
    const call = page.call('store.put', { session, key: '/a', bytes: bytesOf('x') })
    await eventually(() => store.signals.length > 0)
    page.pair.page.close()
    await expect(call).rejects.toMatchObject({ code: 'CONNECTION' })
    await eventually(() => store.signals.every(signal => signal.aborted))
    store.release()
  })

  it('two pages of one host get only their own answers, and both get its events', async () => {
    const { host, page, session } = await openSession(['/a'], transport)
    const other = await connect(host, transport)
    const [mine, theirs] = await Promise.all([
      page.call('store.has', { session, key: '/a' }),
      other.call('store.has', { session, key: '/b' }),
    ])
    expect([mine.exists, theirs.exists]).toEqual([true, false])
    await page.call('store.put', { session, key: '/b', bytes: bytesOf('b') })
    await eventually(() => other.eventsOf('valueChanged').length > 0)
    expect(other.eventsOf('valueChanged')).toEqual([{ session, key: '/b', type: 'put' }])
  })
})

it('a call id that is in use or not a number is refused', async () => {
  const store = new HangingStore()
  const { page, session } = await openSession(store)
  const replies: { i: string; r: unknown }[] = []
  page.pair.page.onMessage(message => replies.push(message as (typeof replies)[number]))
  const post = (i: string, id: unknown): void =>
    page.pair.page.post({ t: 'q', i, m: 'call', a: [id, 'store.has', { session, key: '/a' }] })
  post('first', 1)
  await eventually(() => store.calls > 0)
  post('second', 1)
  post('third', 'x')
  await eventually(() => replies.length >= 2)
  for (const reply of replies) expect(reply.r).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } })
  store.release()
})

it('an answer that the channel cannot carry becomes a failure with that reason', async () => {
  const host = await testHost()
  const posted: unknown[] = []
  const listeners: ((message: unknown) => void)[] = []
  host.connect({
    post(message) {
      if ((message as { r: { ok: boolean } }).r.ok) throw new RangeError('it is too large')
      posted.push(message)
    },
    onMessage: listener => void listeners.push(listener),
    onClose: () => undefined,
    close: () => undefined,
  })
  listeners[0]!({ t: 'q', i: 'x', m: 'call', a: [1, 'sessions.list', {}] })
  await eventually(() => posted.length > 0)
  expect(posted).toEqual([
    {
      t: 's',
      i: 'x',
      r: {
        ok: false,
        error: { code: 'UNSUPPORTED', message: 'The answer could not be sent: it is too large' },
      },
    },
  ])
  expect(host.logged).toHaveLength(1)
})

it('every procedure of the contract is implemented', async () => {
  const host = await testHost()
  const page = await connect(host)
  for (const name of Object.keys(contract) as ProcedureName[]) {
    const call = page.call(name, { nonsense: true } as never)
    await expect(call, name).rejects.toMatchObject({ code: 'BAD_INPUT' })
  }
})
