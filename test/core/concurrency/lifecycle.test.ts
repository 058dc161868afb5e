import { describe, expect, it } from 'vitest'
import { Lifecycle } from '../../../src/core/concurrency/lifecycle.ts'
import { Key } from '../../../src/core/key.ts'

const key = Key.of('a')

describe('Lifecycle', () => {
  it('D14 close() waits for the calls in flight, then finishes, once', async () => {
    const lifecycle = new Lifecycle()
    const order: string[] = []
    let release: (() => void) | undefined
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    const call = lifecycle.run('get', key, () => gate).then(() => order.push('call'))
    const failing = lifecycle.run('get', key, () => gate.then(() => Promise.reject(new Error('failed'))))
    const finish = async () => {
      order.push('finish')
    }
    const closes = [lifecycle.close(finish), lifecycle.close(finish)]
    expect([lifecycle.isClosed, order]).toEqual([true, []])
    release?.()
    await expect(failing).rejects.toThrow('failed')
    await Promise.all([call, ...closes])
    expect(order).toEqual(['call', 'finish'])
    await lifecycle.close(finish)
    expect(order).toEqual(['call', 'finish'])
  })

  it('D14 after close() every call is CLOSED, and named', async () => {
    const lifecycle = new Lifecycle()
    lifecycle.assertOpen('get', key)
    await lifecycle.close()
    const closed = { code: 'CLOSED', key, message: 'Cannot get "/a": the store is closed' }
    expect(() => lifecycle.assertOpen('get', key)).toThrow(expect.objectContaining(closed))
    expect(() => lifecycle.enter('get', key)).toThrow(expect.objectContaining(closed))
    await expect(lifecycle.run('get', key, async () => 1)).rejects.toMatchObject(closed)
    await expect(lifecycle.run('count', undefined, async () => 1)).rejects.toThrow('Cannot count: the store')
  })

  it('D14 enter() and leave() count a call', async () => {
    const lifecycle = new Lifecycle()
    lifecycle.enter('get', key)
    let isClosed = false
    const closed = lifecycle.close().then(() => {
      isClosed = true
    })
    await new Promise(resolve => setImmediate(resolve))
    expect(isClosed).toBe(false)
    lifecycle.leave()
    await closed
  })

  it('D14 a failure of finish is the failure of every close()', async () => {
    const lifecycle = new Lifecycle()
    const finish = () => Promise.reject(new Error('disk gone'))
    await expect(lifecycle.close(finish)).rejects.toThrow('disk gone')
    await expect(lifecycle.close(finish)).rejects.toThrow('disk gone')
  })
})
