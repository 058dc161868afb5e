import { describe, expect, it } from 'vitest'
import { affectsKey, CallError, createClient } from '../../../src/renderer/api/client.ts'
import type { Channel } from '../../../src/shared/channel.ts'
import { createWebSocketChannel, type SocketLike } from '../../../src/shared/web-socket-channel.ts'

/** A channel to a host that never answers, until it is disconnected. */
function silentChannel() {
  const listeners: (() => void)[] = []
  const posted: unknown[] = []
  const channel: Channel = {
    post: message => void posted.push(message),
    onMessage: () => undefined,
    onClose: listener => void listeners.push(listener),
    close: () => undefined,
  }
  return { channel, posted, cut: () => listeners.forEach(listener => listener()) }
}

describe('createClient()', () => {
  it('a lost connection fails pending calls, and every later call, with CONNECTION', async () => {
    const { channel, cut } = silentChannel()
    const client = createClient(channel)
    const pending = client.call('workspace.get', {})
    cut()
    for (const call of [pending, client.call('workspace.get', {})]) {
      const error = await call.then(() => undefined, String)
      expect(error).toContain('connection to the host was lost')
      await expect(call).rejects.toBeInstanceOf(CallError)
      await expect(call).rejects.toMatchObject({ code: 'CONNECTION' })
    }
  })

  it('P6 a call that cannot be sent fails with a code, and the next one is sent', async () => {
    const socket = new EventTarget() as EventTarget & SocketLike
    const sent: unknown[] = []
    Object.assign(socket, { readyState: 1, send: (data: unknown) => sent.push(data), close: () => undefined })
    const client = createClient(createWebSocketChannel(socket))
    const large = { session: 's', key: '/a', bytes: new Uint8Array(65 * 1024 * 1024) }
    for (const input of [large, { session: 's', key: (() => undefined) as never, bytes: new Uint8Array() }]) {
      const call = client.call('store.put', input)
      await expect(call).rejects.toBeInstanceOf(CallError)
      await expect(call).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    }
    void client.call('workspace.get', {})
    expect(sent).toHaveLength(1)
  })

  it('an abort after the loss sends nothing and causes no other failure', async () => {
    const { channel, posted, cut } = silentChannel()
    const client = createClient(channel)
    const abort = new AbortController()
    const pending = client.call('workspace.get', {}, { signal: abort.signal })
    const sent = posted.length
    cut()
    abort.abort()
    await expect(pending).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(posted).toHaveLength(sent)
  })
})

const change = (key: string, isDeep?: boolean) => ({ session: 's', key, type: 'put' as const, isDeep })

it('a change of one key affects only that key', () => {
  expect(affectsKey(change('/a/b'), '/a/b')).toBe(true)
  expect(affectsKey(change('/a'), '/a/b')).toBe(false)
  expect(affectsKey(change('/a/b'), '/a')).toBe(false)
})

it('a deep change affects its key and every key below it, by whole segments', () => {
  expect(affectsKey(change('/a', true), '/a')).toBe(true)
  expect(affectsKey(change('/a', true), '/a/b/c')).toBe(true)
  expect(affectsKey(change('/a', true), '/ab')).toBe(false)
  expect(affectsKey(change('/', true), '/a/b')).toBe(true)
})
