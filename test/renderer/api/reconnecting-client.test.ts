import { describe, expect, it } from 'vitest'
import { createClient, createReconnectingClient } from '../../../src/renderer/api/client.ts'
import { portPair } from '../../main/host/channels.ts'
import { afterTest, bytesOf, eventually, memoryWith, testHost } from '../../main/host/test-host.ts'

async function connected() {
  const host = await testHost()
  const { id: session } = await host.openStore('Test', await memoryWith(['/a']))
  const client = createReconnectingClient()
  const dial = async () => {
    const pair = await portPair()
    afterTest(() => pair.dispose())
    host.connect(pair.host)
    client.attach(createClient(pair.page))
    return pair
  }
  return { session, client, dial }
}

describe('a client that outlives its connection', () => {
  it('refuses calls while there is no connection', async () => {
    const { client, dial, session } = await connected()
    await expect(client.call('store.has', { session, key: '/a' })).rejects.toMatchObject({
      code: 'CONNECTION',
    })
    await dial()
    await expect(client.call('store.has', { session, key: '/a' })).resolves.toEqual({ exists: true })
  })

  it('reports the lost connection, and gets events through the next one', async () => {
    const { client, dial, session } = await connected()
    const lost: string[] = []
    const changed: string[] = []
    client.onLost(() => lost.push('lost'))
    client.on('valueChanged', ({ key }) => changed.push(key))
    const first = await dial()
    first.page.close()
    await eventually(() => lost.length > 0)
    await expect(client.call('store.has', { session, key: '/a' })).rejects.toMatchObject({
      code: 'CONNECTION',
    })

    await dial()
    await client.call('store.put', { session, key: '/b', bytes: bytesOf('x') })
    await eventually(() => changed.length > 0)
    expect(changed).toEqual(['/b'])
    expect(lost).toEqual(['lost'])
  })

  it('ends a subscription', async () => {
    const { client, dial, session } = await connected()
    await dial()
    const changed: string[] = []
    const kept: string[] = []
    client.on('valueChanged', ({ key }) => changed.push(key))()
    client.on('valueChanged', ({ key }) => kept.push(key))
    await client.call('store.put', { session, key: '/b', bytes: bytesOf('x') })
    await eventually(() => kept.length > 0)
    expect(changed).toEqual([])
  })
})
