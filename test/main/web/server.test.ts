import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { startWebShell } from '../../../src/main/web/server.ts'
import { createWebSocketChannel } from '../../../src/shared/web-socket-channel.ts'
import { type Knocked, PAGE, type ShellUnderAttack, startShellUnderAttack } from './shell-under-attack.ts'

let attacked: ShellUnderAttack
beforeAll(async () => {
  attacked = await startShellUnderAttack()
})
afterAll(() => attacked.close())

describe('a request of the page itself', () => {
  it('gets the page, with every security header', async () => {
    const { status, headers, body } = await attacked.ask({})
    expect(status).toBe(200)
    expect(body).toBe(PAGE)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
        `connect-src 'self' ws://${attacked.authority}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('gets files whose name changes with their content, cacheable forever', async () => {
    const { status, headers } = await attacked.ask({ path: '/assets/index-1a2b.js' })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(headers['cache-control']).toContain('immutable')
  })

  it('gets only headers for HEAD', async () => {
    const { status, headers, body } = await attacked.ask({ method: 'HEAD' })
    expect([status, headers['content-length'], body]).toEqual([200, String(PAGE.length), ''])
  })

  it('communicates with the host both ways over the WebSocket', async () => {
    const socket = socketOf(await attacked.knock())
    expect(socket.protocol).toBe('strata.1')
    const channel = createWebSocketChannel(socket)
    const echoed = new Promise(resolve => channel.onMessage(resolve))
    channel.post({ bytes: new Uint8Array([0, 255]) })
    expect(await echoed).toEqual({ bytes: new Uint8Array([0, 255]) })
    channel.close()
  })

  it.each(['localhost', '[::1]'])('is served through a tunnel on another port, as %s', async name => {
    const host = `${name}:9`
    expect((await attacked.ask({ headers: { host } })).status).toBe(200)
    const socket = socketOf(await attacked.knock({ host }))
    socket.terminate()
  })

  it('is redirected there by a launch address, once', async () => {
    const launch = new URL(attacked.shell.issueLaunchAddress())
    expect(launch.href).not.toContain(attacked.shell.token)
    const { status, headers } = await attacked.ask({ path: launch.pathname })
    expect([status, headers.location]).toEqual([303, `/#token=${attacked.shell.token}`])
    expect((await attacked.ask({ path: launch.pathname })).status).toBe(404)
  })
})

describe('an attacker with HTTP', () => {
  it.each([
    ['a name that resolves to this address (DNS rebinding)', 'attacker.example'],
    ['a rebinding name similar to ours', '127.0.0.1.attacker.example'],
    ['our address as a part of the name', 'localhost.attacker.example:80'],
    ['another address of this machine', '192.168.0.2'],
    ['a user name before the host', 'attacker@127.0.0.1'],
    ['the unspecified address', '0.0.0.0'],
  ])('is refused under %s', async (_what, host) => {
    expect(await attacked.ask({ headers: { host } })).toMatchObject({ status: 403, body: '' })
  })

  it.each([
    ['an empty name', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 403],
    ['no name, as HTTP/1.0 allows', 'GET / HTTP/1.0\r\n\r\n', 403],
    ['no name, as HTTP/1.1 forbids', 'GET / HTTP/1.1\r\n\r\n', 400],
  ])('is refused under %s', async (_what, text, status) => {
    expect(await sendRaw(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it.each([
    ['another site', () => 'https://attacker.example'],
    ['another port of this machine', () => 'http://127.0.0.1:1'],
    ['a sandboxed frame', () => 'null'],
    ['our address without its port', () => 'http://127.0.0.1'],
    ['our address as a prefix', () => `http://${attacked.authority}.attacker.example`],
    ['our address under https', () => `https://${attacked.authority}`],
  ])('is refused from %s', async (_what, origin) => {
    const answer = await attacked.ask({ headers: { origin: origin() } })
    expect(answer).toMatchObject({ status: 403, body: '' })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('is refused with %s', async method => {
    const { status, headers } = await attacked.ask({ method })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '/assets/%2e%2e%5c..%5csecret.txt',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/./index.html',
    '/index.html%00.js',
    'http://attacker.example/',
    '/launch/',
    '/launch/guess',
    '/contract',
  ])('gets nothing at %s', async path => {
    expect(await attacked.ask({ path })).toMatchObject({ status: 404, body: '' })
  })

  it('gets no token from any refusal', async () => {
    const answers = await Promise.all([
      attacked.ask({}),
      attacked.ask({ path: '/launch/guess' }),
      attacked.ask({ headers: { host: 'attacker.example' } }),
    ])
    expect(JSON.stringify(answers)).not.toContain(attacked.shell.token)
  })

  it('cannot use up a launch address with HEAD, or under another name', async () => {
    const { pathname: path } = new URL(attacked.shell.issueLaunchAddress())
    expect((await attacked.ask({ path, method: 'HEAD' })).status).toBe(404)
    expect((await attacked.ask({ path, headers: { host: 'attacker.example' } })).status).toBe(403)
    expect((await attacked.ask({ path })).status).toBe(303)
  })
})

describe('an attacker with a WebSocket', () => {
  const refusals: readonly [string, () => Parameters<ShellUnderAttack['knock']>[0], number][] = [
    ['without a token', () => ({ protocols: ['strata.1'] }), 401],
    ['without any subprotocol', () => ({ protocols: [] }), 401],
    ['with a wrong token', () => ({ protocols: ['strata.1', 'A'.repeat(43)] }), 401],
    ['with a part of the token', () => ({ protocols: ['strata.1', attacked.shell.token.slice(1)] }), 401],
    ['with many guesses at once', () => ({ protocols: ['strata.1', 'guess', attacked.shell.token] }), 401],
    ['with the token of another contract', () => ({ protocols: ['strata.2', attacked.shell.token] }), 401],
    ['with the token in the path', () => ({ path: `/contract?token=${attacked.shell.token}` }), 404],
    ['at another path', () => ({ path: '/' }), 404],
    ['from another site', () => ({ origin: 'https://attacker.example' }), 403],
    ['from another port of this machine', () => ({ origin: 'http://127.0.0.1:1' }), 403],
    ['from a sandboxed frame', () => ({ origin: 'null' }), 403],
    ['without an origin', () => ({ origin: undefined }), 403],
    ['under a rebinding name', () => ({ host: `attacker.example:${attacked.port}` }), 403],
    [
      'from a rebinding name, under ours',
      () => ({ origin: `http://attacker.example:${attacked.port}` }),
      403,
    ],
  ]

  it.each(refusals)('is refused %s', async (_what, knock, status) => {
    const before = attacked.connected.length
    expect(await attacked.knock(knock())).toEqual({ refused: status })
    expect(attacked.connected).toHaveLength(before)
  })

  it('is disconnected if a message is larger than a call may be', async () => {
    const socket = socketOf(await attacked.knock())
    socket.on('error', () => undefined)
    const closed = once(socket, 'close')
    socket.send(new Uint8Array(18 * 1024 * 1024))
    expect((await closed)[0]).toBe(1009)
  })

  it('H1 is disconnected once refused, even if it keeps its own side open', async () => {
    const socket = connect({ host: '127.0.0.1', port: attacked.port, allowHalfOpen: true })
    const lines = [
      'GET /contract HTTP/1.1',
      `Host: ${attacked.authority}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    await once(socket, 'end')
    expect(answer).toContain('HTTP/1.1 403')
    // Bytes sent to a destroyed socket are answered with a reset; a half-open one would accept them.
    const cut = once(socket, 'error')
    const writing = setInterval(() => socket.write('more'), 5)
    expect(((await cut)[0] as NodeJS.ErrnoException).code).toMatch(/ECONNRESET|EPIPE/)
    clearInterval(writing)
  })

  it('H1 cannot open more connections than are allowed', async () => {
    const bounded = await startShellUnderAttack({ maxConnections: 3 })
    const sockets = Array.from({ length: 10 }, () => connect({ host: '127.0.0.1', port: bounded.port }))
    const closed = sockets.map(socket => {
      socket.on('error', () => undefined)
      socket.resume()
      return once(socket, 'close')
    })
    let count = 0
    await new Promise<void>(resolve => {
      for (const socket of sockets) socket.once('close', () => ++count === 7 && resolve())
    })
    await expect(bounded.ask({})).rejects.toThrow(/ECONNRESET|hang up/)
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(3)
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
    await bounded.close()
  })

  it('cannot reach the server from the network', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')
    // Without a network, another loopback address is used: the server is bound to exactly one.
    const socket = connect({ host: outside?.address ?? '127.0.0.2', port: attacked.port })
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })
})

describe('the shell', () => {
  it('is at an address that carries a new token', async () => {
    const second = await startShellUnderAttack()
    expect(second.shell.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
    expect(second.shell.token).not.toBe(attacked.shell.token)
    await second.close()
  })

  it('reports that a port is in use, and that the page is not built', async () => {
    const host = { connect: () => ({ close: () => undefined }) }
    const pageDirectory = '/nowhere'
    await expect(startWebShell({ host, pageDirectory })).rejects.toThrow(
      'Cannot serve the page: "/nowhere" cannot be read; run `npm run build` first',
    )
    const developmentServer = 'http://127.0.0.1:1'
    await expect(
      startWebShell({ host, pageDirectory, developmentServer, port: attacked.port }),
    ).rejects.toThrow(`Cannot serve on port ${attacked.port}: it is in use`)
  })

  it('closes every connection, once, even of a page that does not answer', async () => {
    const closing = await startShellUnderAttack()
    const polite = socketOf(await closing.knock())
    const silent = socketOf(await closing.knock())
    silent.pause()
    const goodbye = once(polite, 'close')
    await Promise.all([closing.shell.close(), closing.shell.close()])
    expect((await goodbye)[0]).toBe(1001)
    await expect(closing.ask({})).rejects.toThrow('ECONNREFUSED')
    await closing.close()
    silent.terminate()
  })
})

async function sendRaw(text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: attacked.port })
  socket.write(text)
  let answer = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString()
  return answer
}

function socketOf(knocked: Knocked): WebSocket {
  if ('refused' in knocked) throw new Error(`refused with ${knocked.refused}`)
  return knocked.socket
}
