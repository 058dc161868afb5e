import { type Binary, MongoClient, ObjectId } from 'mongodb'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import {
  MongoDatastore,
  type MongoOptions,
} from '../../../../../src/core/node/engines/mongodb/mongo-datastore.ts'
import { startMongoDouble } from '../../../../servers/mongo/double.ts'
import { Proxy } from '../../../../servers/proxy.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, context, namesIn, onServers } from '../server-context.ts'
import { newName } from './mongo-context.ts'

// Tests of features that only the double offers need it in any case.
const [alone, set] = [await startMongoDouble(), await startMongoDouble({ isReplicated: true })]
const client = new MongoClient(set.url)
afterAll(async () => {
  await client.close()
  for (const server of [alone, set]) await server.stop()
})

let name: string
beforeEach(() => {
  name = newName()
})

async function open(options: Partial<MongoOptions> = {}): Promise<MongoDatastore> {
  return closing(await MongoDatastore.open({ url: set.url, collection: name, ...options }, context))
}

const documents = () => client.db('test').collection<{ _id: string; v: Binary; note?: string }>(name)
const [a, b, c] = [Key.of('a'), Key.of('b'), Key.of('c')]

/** The changes that a store reports from now on. */
function changesOf(store: MongoDatastore): Change[] {
  const seen: Change[] = []
  const follow = async () => {
    for await (const change of store.watch(Key.root)) seen.push(change)
  }
  follow().catch(() => undefined)
  return seen
}

const briefly = (changes: readonly Change[]) => changes.map(({ type, key }) => `${type} ${key.toString()}`)

describe('capabilities of a server', () => {
  onServers(undefined)

  it('E127 a standalone server has ordered batches; a replica set has atomic batches, renames and transactions, and reports every change', async () => {
    const { capabilities: one } = await open({ url: alone.url })
    const { capabilities: several } = await open()
    const declared = ({ batch, rename, transaction, watch }: typeof one) => ({
      batch,
      rename,
      transaction,
      watch,
    })
    expect(declared(one)).toEqual({ batch: 'ordered', rename: 'copy', transaction: 'none', watch: 'own' })
    expect(declared(several)).toEqual({
      batch: 'atomic',
      rename: 'atomic',
      transaction: 'atomic',
      watch: 'all',
    })
  })

  it('E128 a batch for a standalone server is one request for consecutive operations of one kind, in their order', async () => {
    const store = await open({ url: alone.url, layout: 'strata' })
    await store.put(a, bytes('0'))
    const before = new Map(alone.ran)
    const batch = store.batch()
    for (let index = 0; index < 500; index++) batch.put(Key.of('many', `${index}`), bytes(`${index}`))
    await batch.delete(a).put(b, bytes('1')).commit()
    const sent = (command: string) => (alone.ran.get(command) ?? 0) - (before.get(command) ?? 0)
    expect([sent('update'), sent('delete'), sent('insert')]).toEqual([2, 1, 0])
    expect([await store.has(a), text(await store.get(b))]).toEqual([false, '1'])
    expect(text(await store.get(Key.of('many', '499')))).toBe('499')
  })
})

describe('transactions of a replica set', () => {
  onServers(undefined)

  it.for([
    ['an existing key', a],
    ['an absent key', b],
  ] as const)(
    'E128 a transaction runs again if another program writes %s that it has read, though it writes others',
    async ([, read]) => {
      const [store, other] = [await open(), await open()]
      await store.put(a, bytes('0'))
      let runs = 0
      await store.transaction(async inside => {
        const found = await inside.has(read)
        if (++runs === 1) await other.put(read, bytes('theirs'))
        await inside.put(c, bytes(`${found}`))
      })
      expect([runs, text(await store.get(c))]).toEqual([2, 'true'])
    },
  )

  it('E128 keys that a transaction only reads stay unchanged, and so do other fields of documents that it writes', async () => {
    const store = await open({ layout: 'path' })
    await store.put(a, bytes('0'))
    await documents().updateOne({ _id: '/a' }, { $set: { note: 'kept' } })
    const before = await documents().findOne({ _id: '/a' })
    await store.transaction(async inside => {
      await inside.get(a)
      await inside.has(b)
      await inside.put(c, bytes('1'))
    })
    expect(await documents().findOne({ _id: '/a' })).toEqual(before)
    expect(await documents().countDocuments({})).toBe(2)
    await store.transaction(async inside => inside.put(a, bytes('2')))
    expect(await documents().findOne({ _id: '/a' })).toMatchObject({ note: 'kept' })
  })

  it('E128 another program sees either all of a batch or nothing', async () => {
    const store = await open({ layout: 'path' })
    const write = (round: number) =>
      store
        .batch()
        .put(a, bytes(`${round}`))
        .put(b, bytes(`${round}`))
        .commit()
    await write(0)
    const progress = { isDone: false }
    const writing = (async () => {
      for (let round = 1; round <= 30; round++) await write(round)
      progress.isDone = true
    })()
    while (!progress.isDone) {
      const [first, second] = await documents().find().toArray()
      expect(first?.v.toString('hex')).toBe(second?.v.toString('hex'))
    }
    await writing
  })
})

describe('changes in a replica set', () => {
  onServers(undefined)

  it('E129 watchers receive changes by others from the start of the watch, and own changes once', async () => {
    const [store, other] = [await open(), await open()]
    await store.put(a, bytes('before'))
    const seen = changesOf(store)
    const expectChanges = async (act: () => Promise<unknown>, ...changes: string[]) => {
      await act()
      await expect.poll(() => briefly(seen)).toEqual(changes)
      seen.length = 0
    }
    await expectChanges(() => store.put(a, bytes('1')), 'put /a')
    await expectChanges(() => other.put(b, bytes('2')), 'put /b')
    await expectChanges(() => store.batch().put(a, bytes('3')).delete(b).commit(), 'put /a', 'delete /b')
    await expectChanges(() => other.batch().put(c, bytes('4')).delete(a).commit(), 'put /c', 'delete /a')
    await expectChanges(() => store.rename(c, a), 'delete /c', 'put /a')
    await expectChanges(() => other.put(b, bytes('the last')), 'put /b')
  })

  it('E129 keys that a transaction of another program only reads are not reported', async () => {
    const [store, other] = [await open(), await open()]
    await store.put(a, bytes('1'))
    const seen = changesOf(store)
    await other.transaction(async inside => {
      await inside.get(a)
      await inside.put(b, bytes('2'))
    })
    await expect.poll(() => briefly(seen)).toContain('put /b')
    expect(briefly(seen)).not.toContain('put /a')
  })

  it('E129 a lost stream resumes after the last reported change, without resync', async () => {
    const proxy = await Proxy.start(set.port)
    closing({ close: () => proxy.stop() })
    const [store, other] = [await open({ url: through(proxy) }), await open()]
    const seen = changesOf(store)
    await other.put(a, bytes('1'))
    await expect.poll(() => briefly(seen)).toEqual(['put /a'])
    await proxy.kill()
    await other.put(b, bytes('2'))
    await proxy.restart()
    await other.put(c, bytes('3'))
    await expect.poll(() => briefly(seen), { timeout: 15_000 }).toEqual(['put /a', 'put /b', 'put /c'])
  })

  it('E129 resync is reported if the server has discarded changes or the collection is dropped, and later changes too', async () => {
    const proxy = await Proxy.start(set.port)
    closing({ close: () => proxy.stop() })
    const [store, other] = [await open({ url: through(proxy) }), await open()]
    const seen = changesOf(store)
    await other.put(a, bytes('1'))
    await expect.poll(() => briefly(seen)).toEqual(['put /a'])
    await proxy.kill()
    await other.put(b, bytes('2'))
    set.forgetChanges()
    await proxy.restart()
    await expect.poll(() => briefly(seen).at(-1), { timeout: 15_000 }).toBe('resync /')
    await expect
      .poll(async () => {
        await other.put(c, bytes('3'))
        return briefly(seen).at(-1)
      })
      .toBe('put /c')
    seen.length = 0
    await documents().drop()
    await expect.poll(() => briefly(seen).at(-1)).toBe('resync /')
    await documents().insertOne({ _id: 'x' } as never)
    await expect.poll(() => seen.length).toBeGreaterThan(1)
  })
})

describe('documents in a replica set', () => {
  onServers(undefined)

  it('E129 documents that others insert, replace and delete are reported and listed at once, for any type of id', async () => {
    const id = new ObjectId()
    const others = client.db('test').collection(name)
    await others.insertOne({ _id: 'a' as never, n: 1 })
    const store = await open({ layout: 'documents' })
    expect(store.capabilities.watch).toBe('all')
    expect(await namesIn(store)).toEqual(['a'])
    const seen = changesOf(store)
    await others.insertOne({ _id: id, n: 2 })
    await expect.poll(() => briefly(seen)).toEqual([`put /${id.toHexString()}`])
    await others.deleteOne({ _id: 'a' as never })
    await expect.poll(() => namesIn(store)).toEqual([id.toHexString()])
    seen.length = 0
    await store.put(b, bytes('{"n": 3}'))
    await others.updateOne({ _id: id }, { $set: { n: 4 } })
    await expect.poll(() => briefly(seen)).toEqual(['put /b', `put /${id.toHexString()}`])
  })
})

/** The address of a single member. Otherwise the driver switches to the address that the member reports. */
function through(proxy: Proxy): string {
  return `mongodb://127.0.0.1:${proxy.port}/test?directConnection=true`
}
