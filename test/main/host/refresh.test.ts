import { MongoClient } from 'mongodb'
import { afterAll, describe, expect, it } from 'vitest'
import { startMongoDouble } from '../../servers/mongo/double.ts'
import { connect, eventually, testHost } from './test-host.ts'

const server = await startMongoDouble()
const client = new MongoClient(server.url)
afterAll(async () => {
  await client.close()
  await server.stop()
})

describe('Refresh', () => {
  it('E130 shows recent changes of another program below the nodes of a stack, for each visible level', async () => {
    const others = client.db('test').collection<{ _id: string }>('others')
    await others.insertMany([{ _id: 'a' }, { _id: 'b/1' }])
    const mongodb = { kind: 'mongodb', url: server.url, collection: 'others', layout: 'documents' }
    const below = { kind: 'cache', maxEntries: 10, store: mongodb }
    const root = {
      kind: 'mount',
      mounts: { '/': { kind: 'memory' }, '/m': { kind: 'namespace', prefix: '/b', store: below } },
    }
    const page = await connect(await testHost())
    const source = { type: 'document', document: { strata: 1, root } } as const
    const { id: session } = await page.call('sessions.open', { source })
    const names = async (prefix: string) => {
      const { rows } = await page.call('levels.rows', { session, prefix, offset: 0, limit: 100 })
      return rows.map(({ name }) => name)
    }
    await eventually(async () => (await names('/m')).length === 1)
    expect(await names('/')).toEqual(['m'])
    await others.insertOne({ _id: 'b/2' })
    await page.call('levels.refresh', { session, prefix: '/', deep: true })
    await eventually(async () => (await names('/m')).length === 2)
    expect(await names('/m')).toEqual(['1', '2'])
  })
})
