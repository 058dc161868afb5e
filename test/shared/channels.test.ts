import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Channel, createMessagePortChannel, type EmitterPort } from '../../src/shared/channel.ts'
import { createWebSocketChannel } from '../../src/shared/web-socket-channel.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function received(channel: Channel, count: number): Promise<unknown[]> {
  return new Promise(resolve => {
    const messages: unknown[] = []
    channel.onMessage(message => {
      if (messages.push(message) === count) resolve(messages)
    })
  })
}

function closed(channel: Channel): Promise<void> {
  return new Promise(resolve => channel.onClose(resolve))
}

async function listen(): Promise<{ server: WebSocketServer; url: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  cleanups.push(() => {
    for (const client of server.clients) client.terminate()
    return new Promise(resolve => server.close(resolve))
  })
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Pairs of channels: the page's end, then the host's. */
const PAIRS = {
  'node ports': async () => {
    const { port1, port2 } = new MessageChannel()
    cleanups.push(() => port1.close())
    return [createMessagePortChannel(port1), createMessagePortChannel(port2)] as const
  },
  'page ports': async () => {
    const { port1, port2 } = new globalThis.MessageChannel()
    cleanups.push(() => port1.close())
    return [createMessagePortChannel(port1), createMessagePortChannel(port2)] as const
  },
  'ports of Electron’s shape': async () => {
    const [one, two] = [new EmitterHalf(), new EmitterHalf()]
    one.other = two
    two.other = one
    return [createMessagePortChannel(one), createMessagePortChannel(two)] as const
  },
  'sockets of ws': async () => socketPair(url => new WebSocket(url)),
}

async function socketPair(
  connect: (url: string) => Parameters<typeof createWebSocketChannel>[0],
): Promise<readonly [Channel, Channel]> {
  const { server, url } = await listen()
  const page = createWebSocketChannel(connect(url))
  const [accepted] = (await once(server, 'connection')) as [WebSocket]
  return [page, createWebSocketChannel(accepted)]
}

/** Delivers as Electron's `MessagePortMain` does: `on`, events with `data`, a close event on both sides. */
class EmitterHalf extends EventEmitter implements EmitterPort {
  other: EmitterHalf | undefined
  readonly #kept: unknown[] = []
  #isStarted = false

  postMessage(message: unknown): void {
    this.other?.deliver(structuredClone(message))
  }

  start(): void {
    this.#isStarted = true
    for (const message of this.#kept.splice(0)) this.emit('message', { data: message, ports: [] })
  }

  close(): void {
    const { other } = this
    this.other = undefined
    other?.emit('close')
  }

  deliver(message: unknown): void {
    if (this.#isStarted) this.emit('message', { data: message, ports: [] })
    else this.#kept.push(message)
  }
}

describe.each(Object.entries(PAIRS))('a channel over %s', (_name, connect) => {
  it('carries messages both ways in order', async () => {
    const [page, host] = await connect()
    const messages = [{ a: 1 }, 'text', [1, 2.5, null, true], { bytes: new Uint8Array([1, 2, 3]) }]
    const [there, back] = [received(host, messages.length), received(page, messages.length)]
    for (const message of messages) {
      page.post(message)
      host.post(message)
    }
    expect([await there, await back]).toEqual([messages, messages])
  })

  it('keeps messages that arrive before there is a listener', async () => {
    const [page, host] = await connect()
    page.post('early')
    const ready = received(page, 1)
    host.post('ready')
    await ready
    page.post('late')
    expect(await received(host, 2)).toEqual(['early', 'late'])
  })

  it('reports the close once to both sides, even to listeners added later', async () => {
    const [page, host] = await connect()
    let calls = 0
    page.onClose(() => calls++)
    page.close()
    page.close()
    await Promise.all([closed(page), closed(host)])
    expect(calls).toBe(1)
    await Promise.all([closed(page), closed(host)])
    expect(() => page.post('nobody hears')).not.toThrow()
  })

  it('does not share bytes between the sides', async () => {
    const [page, host] = await connect()
    const bytes = new Uint8Array([1, 2, 3])
    const arrival = received(host, 1)
    page.post(bytes)
    bytes.fill(0)
    expect(await arrival).toEqual([new Uint8Array([1, 2, 3])])
  })
})

describe('a channel over a socket', () => {
  it('drops invalid messages and stays open', async () => {
    const { server, url } = await listen()
    const socket = new WebSocket(url)
    const [accepted] = (await once(server, 'connection')) as [WebSocket]
    const host = createWebSocketChannel(accepted)
    await once(socket, 'open')
    const arrival = received(host, 1)
    socket.send('text')
    socket.send(new Uint8Array([0xc1]))
    socket.send(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]))
    socket.send(new Uint8Array())
    socket.send(new Uint8Array([0x07]))
    expect(await arrival).toEqual([7])
  })

  it('sends messages posted while connecting once it is connected', async () => {
    const { server, url } = await listen()
    const page = createWebSocketChannel(new WebSocket(url))
    page.post('before')
    const [accepted] = (await once(server, 'connection')) as [WebSocket]
    expect(await received(createWebSocketChannel(accepted), 1)).toEqual(['before'])
  })

  it('closes if the connection fails', async () => {
    const { server, url } = await listen()
    await new Promise(resolve => server.close(resolve))
    await closed(createWebSocketChannel(new WebSocket(url)))
  })
})
