import { describe, expect, it } from 'vitest'
import { CallError, type Client } from '../../../src/renderer/api/client.ts'
import { createHostStorage } from '../../../src/renderer/api/host-storage.ts'
import { MapStorage } from '../features/key-tab/harness/map-storage.ts'

/** A host that stores texts, and can be disconnected. */
class FakeHost {
  readonly kept = new Map<string, string>()
  readonly calls: string[] = []
  isLost = false
  tell: (change: { name: string; text?: string }) => void = () => undefined

  readonly client = {
    call: async (name: string, input: { name: string; text?: string }) => {
      this.calls.push(name)
      await Promise.resolve()
      if (this.isLost) throw new CallError({ code: 'CONNECTION', message: 'lost' })
      if (name === 'storage.load')
        return { items: [...this.kept].map(([key, text]) => ({ name: key, text })) }
      if (input.text === undefined) this.kept.delete(input.name)
      else this.kept.set(input.name, input.text)
      return { done: true }
    },
    on: (_name: string, listener: (change: { name: string; text?: string }) => void) => {
      this.tell = listener
      return () => undefined
    },
    onLost: () => () => undefined,
  } as unknown as Client
}

describe('texts of the page stored in the host', () => {
  it('P1 are read synchronously from the loaded texts, and written when they change', async () => {
    const host = new FakeHost()
    host.kept.set('a', '1')
    const storage = createHostStorage(host.client, new MapStorage())
    await storage.load()
    expect([storage.getItem('a'), storage.getItem('b'), storage.length, storage.key(0)]).toEqual([
      '1',
      null,
      1,
      'a',
    ])
    storage.setItem('b', '2')
    storage.setItem('b', '2')
    storage.removeItem('a')
    storage.removeItem('a')
    await settled()
    expect([...host.kept]).toEqual([['b', '2']])
    expect(host.calls).toEqual(['storage.load', 'storage.set', 'storage.set'])
  })

  it('P1 written without a connection are sent after a reconnect, and replace those of the host', async () => {
    const host = new FakeHost()
    host.kept.set('a', 'old').set('gone', 'old').set('other', 'old')
    const storage = createHostStorage(host.client, new MapStorage())
    await storage.load()
    host.isLost = true
    storage.setItem('a', 'typed')
    storage.removeItem('gone')
    await settled()
    host.isLost = false
    host.kept.set('other', 'new')
    await storage.load()
    expect(Object.fromEntries(host.kept)).toEqual({ a: 'typed', other: 'new' })
    expect([storage.getItem('a'), storage.getItem('gone'), storage.getItem('other')]).toEqual([
      'typed',
      null,
      'new',
    ])
  })

  it('P1 that a page could not send before it ended are sent by the next page at its address', async () => {
    const host = new FakeHost()
    host.kept.set('a', 'old').set('gone', 'old')
    const local = new MapStorage()
    const first = createHostStorage(host.client, local)
    await first.load()
    host.isLost = true
    first.setItem('a', 'typed')
    first.removeItem('gone')
    await settled()
    host.isLost = false
    const next = createHostStorage(host.client, local)
    await next.load()
    expect(next.getItem('a')).toBe('typed')
    expect(Object.fromEntries(host.kept)).toEqual({ a: 'typed' })
    expect(local.length).toBe(0)
  })

  it('P1 follow other pages, except texts with a pending write', async () => {
    const host = new FakeHost()
    const storage = createHostStorage(host.client, new MapStorage())
    host.tell({ name: 'a', text: 'theirs' })
    expect(storage.getItem('a')).toBe('theirs')
    storage.setItem('a', 'mine')
    host.tell({ name: 'a', text: 'late' })
    expect(storage.getItem('a')).toBe('mine')
    await settled()
    host.tell({ name: 'a' })
    expect(storage.getItem('a')).toBeNull()
  })
})

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}
