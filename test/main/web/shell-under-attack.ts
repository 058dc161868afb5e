import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { startWebShell, type WebShell, type WebShellOptions } from '../../../src/main/web/server.ts'
import type { Channel } from '../../../src/shared/channel.ts'
import { WEB_SOCKET_PATH, WEB_SOCKET_PROTOCOL } from '../../../src/shared/handover.ts'

/** A web shell over a small page and a host that echoes each message. */
export interface ShellUnderAttack {
  readonly shell: WebShell
  readonly port: number
  /** As the page itself would send it: `127.0.0.1:PORT`. */
  readonly authority: string
  /** Channels of accepted connections. */
  readonly connected: readonly Channel[]
  ask(options: Ask): Promise<Answer>
  knock(options?: Knock): Promise<Knocked>
  close(): Promise<void>
}

interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Knock {
  readonly path?: string
  readonly protocols?: readonly string[]
  /** `undefined` sends none. */
  readonly origin?: string | undefined
  readonly host?: string
}

/** The status of a refusal, or the open socket. */
export type Knocked = { readonly refused: number } | { readonly socket: WebSocket }

export const PAGE = '<!doctype html><title>Strata</title>'

export async function startShellUnderAttack(
  options: Pick<WebShellOptions, 'maxConnections'> = {},
): Promise<ShellUnderAttack> {
  const directory = await mkdtemp(join(tmpdir(), 'strata-web-'))
  const pageDirectory = join(directory, 'renderer')
  await mkdir(join(pageDirectory, 'assets'), { recursive: true })
  await writeFile(join(pageDirectory, 'index.html'), PAGE)
  await writeFile(join(pageDirectory, 'assets', 'index-1a2b.js'), 'export {}')
  await writeFile(join(directory, 'secret.txt'), 'secret')
  const connected: Channel[] = []
  const shell = await startWebShell({
    ...options,
    pageDirectory,
    host: {
      connect(channel) {
        connected.push(channel)
        channel.onMessage(message => channel.post(message))
        return { close: () => channel.close() }
      },
    },
  })
  const port = Number(new URL(shell.address).port)
  const authority = `127.0.0.1:${port}`
  return {
    shell,
    port,
    authority,
    connected,
    ask: options => ask(port, options),
    knock: (options = {}) =>
      knock(port, {
        path: options.path ?? WEB_SOCKET_PATH,
        protocols: options.protocols ?? [WEB_SOCKET_PROTOCOL, shell.token],
        origin: 'origin' in options ? options.origin : `http://${options.host ?? authority}`,
        host: options.host ?? authority,
      }),
    async close() {
      await shell.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Sends the path unchanged, without a client that normalizes it. */
function ask(port: number, { method = 'GET', path = '/', headers = {} }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response
        resolve({ status, headers: answered, body: Buffer.concat(chunks).toString() })
      })
    })
    asking.on('error', reject)
    asking.end()
  })
}

function knock(port: number, { path, protocols, origin, host }: Required<Knock>): Promise<Knocked> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], {
      ...(origin === undefined ? {} : { origin }),
      headers: { host },
    })
    socket.once('open', () => resolve({ socket }))
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve({ refused: response.statusCode ?? 0 })
    })
    socket.on('error', reject)
  })
}
