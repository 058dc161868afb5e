import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { parseCommandLine } from '../../../src/main/command-line.ts'
import { runWebShell } from '../../../src/main/web/run-web-shell.ts'
import { listen } from '../../../src/main/web/server-lifecycle.ts'
import { createClient } from '../../../src/renderer/api/client.ts'
import { CONTRACT_VERSION, WEB_SOCKET_PATH, WEB_SOCKET_PROTOCOL } from '../../../src/shared/handover.ts'
import { createWebSocketChannel } from '../../../src/shared/web-socket-channel.ts'

let directory: string
let folder: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'strata-serve-'))
  folder = join(directory, 'folder')
  await mkdir(folder)
  await mkdir(join(directory, 'out', 'renderer'), { recursive: true })
  await writeFile(join(folder, 'greeting.txt'), 'hello')
  await writeFile(join(directory, 'package.json'), '{ "version": "1.2.3" }')
  await writeFile(join(directory, 'out', 'renderer', 'index.html'), 'page')
  vi.stubEnv('STRATA_DATA', join(directory, 'data'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(directory, { recursive: true })
})

/** Runs the shell until `meanwhile` is done. @returns What it printed. */
async function serve(
  args: readonly string[],
  meanwhile: (address: URL) => Promise<void>,
): Promise<readonly string[]> {
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation(line => void printed.push(String(line)))
  vi.spyOn(console, 'error').mockImplementation(line => void printed.push(String(line)))
  const commandLine = parseCommandLine([...args, '--no-open'], directory)
  await runWebShell({
    application: directory,
    commandLine,
    stopped: () => meanwhile(new URL(printed[0]!.replace('Strata is at ', ''))),
  })
  return printed
}

it('prints its address on one line, and the token nowhere else', async () => {
  const printed = await serve([folder], async address => {
    await fetch(address)
    await fetch(new URL('/absent', address))
  })
  expect(printed).toHaveLength(1)
  expect(printed[0]).toMatch(/^Strata is at http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
})

it('serves the requested folder to a page that has the token', async () => {
  await serve(['folder'], async address => {
    const socket = new WebSocket(
      `ws://${address.host}${WEB_SOCKET_PATH}`,
      [WEB_SOCKET_PROTOCOL, address.hash.replace('#token=', '')],
      { origin: address.origin },
    )
    const client = createClient(createWebSocketChannel(socket))
    const hello = await client.call('shell.hello', { version: CONTRACT_VERSION })
    expect(hello).toMatchObject({ shell: 'web', appVersion: '1.2.3' })
    const { rows } = await client.call('levels.rows', {
      session: hello.session!,
      prefix: '/',
      offset: 0,
      limit: 10,
    })
    expect(rows.map(({ name }) => name)).toEqual(['greeting.txt'])
    const lost = new Promise<void>(resolve => client.onLost(resolve))
    socket.close()
    await lost
  })
})

it('P4 serves on the default port, or on the next free one', async () => {
  const ports: number[] = []
  await serve([folder], async first => {
    ports.push(Number(first.port))
    const blocked = createServer().listen(0, '127.0.0.1')
    await once(blocked, 'listening')
    const taken = (blocked.address() as AddressInfo).port
    const server = createServer()
    const { port } = await listen(server, '127.0.0.1', [taken, 0])
    expect(port).not.toBe(taken)
    server.close()
    blocked.close()
  })
  expect(ports[0]).toBeGreaterThanOrEqual(27_180)
})

it('P3 accepts a page with the token of the previous run, and gives it the new one', async () => {
  let old = ''
  await serve([folder], async address => {
    old = tokenIn(address)
  })
  await serve([folder], async address => {
    const socket = new WebSocket(`ws://${address.host}${WEB_SOCKET_PATH}`, [WEB_SOCKET_PROTOCOL, old], {
      origin: address.origin,
    })
    const client = createClient(createWebSocketChannel(socket))
    const hello = await client.call('shell.hello', { version: CONTRACT_VERSION })
    expect(hello.token).toBe(tokenIn(address))
    expect(hello.token).not.toBe(old)
    const lost = new Promise<void>(resolve => client.onLost(resolve))
    socket.close()
    await lost
  })
})

function tokenIn(address: URL): string {
  return address.hash.replace('#token=', '')
}

it('closes all listeners when it is stopped', async () => {
  let address: URL | undefined
  await serve([folder], async at => {
    address = at
  })
  await expect(fetch(address!)).rejects.toThrow('fetch failed')
})

it('ends at once if it cannot open the requested source', async () => {
  await expect(serve(['absent'], () => Promise.resolve())).rejects.toThrow(
    `Cannot open "${join(directory, 'absent')}": there is no such file or folder`,
  )
})

it('closes its host if the page is not built', async () => {
  await rm(join(directory, 'out'), { recursive: true })
  await expect(serve([folder], () => Promise.resolve())).rejects.toThrow('run `npm run build` first')
})
