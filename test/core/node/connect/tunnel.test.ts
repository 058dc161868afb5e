import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TunnelOptions } from '../../../../src/core/node/connect/connection-options.ts'
import { Tunnel } from '../../../../src/core/node/connect/tunnel.ts'
import { freePort } from '../../../servers/server-process.ts'
import { noSshd, type SshServer, startSshServer } from '../../../servers/ssh.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const context = { baseDirectory: undefined, secret: () => Promise.reject(new Error('no secrets here')) }

/** A server that echoes its input. */
async function echo(): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function ssh(given?: Parameters<typeof startSshServer>[0]): Promise<SshServer> {
  const server = await startSshServer(given)
  cleanups.push(() => server.stop())
  return server
}

function through(server: SshServer, more: Partial<TunnelOptions> = {}): TunnelOptions {
  const { port, user, keyPath, knownHostsPath } = server
  return { host: '127.0.0.1', port, user, key: keyPath, knownHosts: knownHostsPath, ...more }
}

async function open(options: TunnelOptions): Promise<Tunnel> {
  const tunnel = await Tunnel.open(options, context)
  cleanups.push(() => tunnel.close())
  return tunnel
}

/** The answer through a tunnel; `undefined` if the connection ended without one. */
async function answer(tunnel: Tunnel, port: number, sent: Buffer): Promise<Buffer | undefined> {
  const place = await tunnel.forward({ host: '127.0.0.1', port })
  const socket = connect(place.port, place.host)
  socket.on('error', () => undefined)
  socket.end(sent)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer)
  } catch {
    // The connection was reset.
  }
  return chunks.length === 0 ? undefined : Buffer.concat(chunks)
}

describe('a tunnel through SSH', { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => skip(noSshd !== undefined, noSshd))

  it('E9 carries many concurrent connections to servers behind it', async () => {
    const tunnel = await open(through(await ssh()))
    const port = await echo()
    const sent = Array.from({ length: 20 }, (_, index) => randomBytes(1 + index * 10_000))
    const answers = await Promise.all(sent.map(bytes => answer(tunnel, port, bytes)))
    expect(answers.map(bytes => bytes?.length)).toEqual(sent.map(bytes => bytes.length))
    expect(answers.every((bytes, index) => bytes?.equals(sent[index] ?? Buffer.alloc(0)))).toBe(true)
  })

  it('E9 a host with an unknown key is rejected with its fingerprint', async () => {
    const server = await ssh()
    const knownHosts = join(server.folder, 'nobody')
    await expect(open(through(server, { knownHosts }))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(
        /SHA256:[A-Za-z0-9+/]{43}\) is not in the file of known hosts/,
      ) as string,
    })
  })

  it('E9 a host with a changed key is rejected', async () => {
    const server = await ssh()
    const changed = server.hostKey.map((byte, index) => (index === 30 ? byte ^ 1 : byte))
    const name = `[127.0.0.1]:${server.port}`
    await writeFile(server.knownHostsPath, `${name} ssh-ed25519 ${Buffer.from(changed).toString('base64')}\n`)
    await expect(open(through(server))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/another than the known one/) as string,
    })
  })

  it('E9 a user without access is rejected', async () => {
    const [server, other] = await Promise.all([ssh(), ssh()])
    await expect(open(through(server, { key: other.keyPath }))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
  })

  it('E9 a key that cannot be read is named', async () => {
    const server = await ssh()
    await expect(open(through(server, { key: '/nowhere/key' }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('/nowhere/key') as string,
    })
  })

  it('E9 an unreachable server is a failed connection', async () => {
    const server = await ssh()
    await server.kill()
    await expect(open(through(server))).rejects.toMatchObject({ code: 'CONNECTION' })
  })

  it('E29 a tunnel whose server was restarted carries the next connection', async () => {
    const server = await ssh()
    const tunnel = await open(through(server))
    const port = await echo()
    expect(await answer(tunnel, port, Buffer.from('before'))).toEqual(Buffer.from('before'))
    await server.kill()
    expect(await answer(tunnel, port, Buffer.from('meanwhile'))).toBeUndefined()
    await ssh({ folder: server.folder, port: server.port })
    expect(await answer(tunnel, port, Buffer.from('after'))).toEqual(Buffer.from('after'))
  })

  it('E9 a connection to an absent server ends', async () => {
    const tunnel = await open(through(await ssh()))
    expect(await answer(tunnel, await freePort(), Buffer.from('x'))).toBeUndefined()
  })

  it('E9 closing a tunnel ends its connections and its listener', async () => {
    const tunnel = await Tunnel.open(through(await ssh()), context)
    const place = await tunnel.forward({ host: '127.0.0.1', port: await echo() })
    const socket = connect(place.port, place.host)
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    await tunnel.close()
    await ended
    const again = connect(place.port, place.host)
    await expect(once(again, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
