import { createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import type { ConnectionOptions } from '../../../../src/core/node/connect/connection-options.ts'
import type { ServerContext } from '../../../../src/core/node/connect/server-context.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import type { ConnectionReport } from '../../../../src/core/stack/connection-report.ts'

import { type Certificates, noOpenssl, type TlsStart } from '../../../servers/certificates.ts'
import { Proxy } from '../../../servers/proxy.ts'
import { freePort } from '../../../servers/server-process.ts'
import { noSshd, type SshServer, startSshServer } from '../../../servers/ssh.ts'
import { bytes, text } from '../../../text.ts'
import { closing, contextWith, failuresUntil, onServers, SECRET, stopping } from './server-context.ts'

/** A server for one test. */
export interface Served {
  readonly port: number
  readonly certificates?: Certificates | undefined
  kill(): Promise<void>
  /** Restarts it with its data and port. */
  restart(): Promise<Served>
  stop(): Promise<void>
}

interface Address {
  readonly host: string
  readonly port: number
  readonly isEncrypted: boolean
}

/** An engine with a server, as a row of the suite below. */
export interface ConnectingEngine<Options extends ConnectionOptions> {
  readonly name: string
  readonly kind: string
  /** Why no server is available. */
  readonly missing: string | undefined
  /** Starts a server that accepts only encrypted connections, or only this password. */
  readonly start: (wanted: { readonly tls?: TlsStart; readonly password?: string }) => Promise<Served>
  /** The options for an address. */
  readonly at: (address: Address) => Options
  readonly open: (options: Options, context: ServerContext) => Promise<BinaryDatastore>
  readonly test: (options: Options, context: ServerContext) => Promise<ConnectionReport>
  /** The options to sign in with a password; `undefined` if the engine has no users. */
  readonly signIn: Partial<Options> | undefined
  /** The password that the server accepts. Default: the secret of the tests. */
  readonly password?: string
  /** The possible error codes, separated by `|`, when an encrypted connection to an unencrypted server fails. */
  readonly unencrypted: string
  /** For a client that makes the whole connection itself: what the connection test reports, and where it fails. */
  readonly report?: { readonly encrypted: string; readonly untrusted: string }
}

const WRONG = 'wrong-horse-battery'
const key = Key.of('a')

/** Requirements for the connections of all engines, tested with a real server of each. */
export function describeConnection<Options extends ConnectionOptions>(
  engine: ConnectingEngine<Options>,
): void {
  const { name, kind, at, password = SECRET } = engine
  const { report: expected = { encrypted: 'encrypted by TLSv1.3', untrusted: 'encrypt' } } = engine
  const right = contextWith(password)
  const start = (wanted: Parameters<typeof engine.start>[0] = {}) => stopping(engine.start(wanted))
  const open = async (
    address: Partial<Address> & { port: number },
    more: object = {},
    context: ServerContext = right,
  ) =>
    closing(
      await engine.open(
        { timeout: 5000, ...at({ host: '127.0.0.1', isEncrypted: false, ...address }), ...more },
        context,
      ),
    )
  const test = (
    address: Partial<Address> & { port: number },
    more: object = {},
    context: ServerContext = right,
  ) =>
    engine.test(
      { timeout: 5000, ...at({ host: '127.0.0.1', isEncrypted: false, ...address }), ...more },
      context,
    )
  const works = async (store: BinaryDatastore) => {
    await store.put(key, bytes('x'))
    expect(text(await store.get(key))).toBe('x')
  }
  /** With this time limit, a test that waits for it exceeds its own. */
  const unlimited = { timeout: 600_000 }
  const encrypted = (port: number, host = 'localhost') => ({ host, port, isEncrypted: true })

  describe(`a connection to ${name}`, { timeout: 60_000 }, () => {
    onServers(engine.missing)

    it('E4 E141 an absent server is CONNECTION at once, and a silent one fails within the time limit', async () => {
      await expect(open({ port: await freePort() }, unlimited)).rejects.toMatchObject({ code: 'CONNECTION' })
      const sockets = new Set<Socket>()
      const silent = createServer(socket => sockets.add(socket.on('error', () => undefined).resume()))
      await new Promise<void>(done => silent.listen(0, '127.0.0.1', done))
      closing({
        close: () => {
          for (const socket of sockets) socket.destroy()
          return new Promise(done => silent.close(done))
        },
      })
      const { port } = silent.address() as { port: number }
      await expect(open({ port }, { timeout: 300 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    })

    it('E5 E24 calls fail as CONNECTION while the server is down, which is reported once; they succeed once it is back', async () => {
      const server = await start()
      const lost: boolean[] = []
      const store = await open(
        server,
        {},
        {
          ...right,
          report: change => {
            if ('lost' in change) lost.push(change.lost !== undefined)
          },
        },
      )
      await Promise.all(Array.from({ length: 30 }, (_, n) => store.put(Key.of(`k${n}`), bytes(`${n}`))))
      await server.kill()
      await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION', key })
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'CONNECTION', key })
      await stopping(server.restart())
      const codes = await failuresUntil(() => store.has(key))
      expect(new Set([...codes, 'CONNECTION'])).toEqual(new Set(['CONNECTION']))
      const kept = await Promise.all(Array.from({ length: 30 }, (_, n) => store.has(Key.of(`k${n}`))))
      expect(new Set(kept)).toEqual(new Set([store.capabilities.durable]))
      await works(store)
      await expect.poll(() => lost).toEqual([true, false])
    })

    it('E5 a server that stops answering fails calls within their timeout, and the store works again afterwards', async () => {
      const proxy = await stopping(Proxy.start((await start()).port))
      const store = await open(proxy, { timeout: 1500 })
      await store.put(key, bytes('x'))
      proxy.freeze()
      const codes = await Promise.all(
        [store.get(key), store.put(Key.of('b'), bytes('y'))].map(call =>
          call.then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          ),
        ),
      )
      // A client with a heartbeat may detect the lost server before the time limit of the call.
      for (const code of codes) expect(['TIMEOUT', 'CONNECTION']).toContain(code)
      proxy.thaw()
      await failuresUntil(() => store.get(key))
      await failuresUntil(() => works(store))
    })

    it('E5 E24 a server lost while calls are in flight fails them, and the store works once it is back', async () => {
      const proxy = await stopping(Proxy.start((await start()).port))
      const store = await open(proxy)
      await works(store)
      proxy.freeze()
      const calls = [store.get(key), store.put(Key.of('b'), bytes('y')), store.has(Key.of('c'))]
      const ended = Promise.all(
        calls.map(call =>
          call.then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          ),
        ),
      )
      await proxy.kill('reset')
      for (const code of await ended) expect(['CONNECTION', 'TIMEOUT']).toContain(code)
      proxy.thaw()
      await proxy.restart()
      await failuresUntil(() => works(store))
      await works(store)
    })

    it('E20 the connection test ends with the step that failed', async () => {
      const gone = await test({ port: await freePort() }, { timeout: 3000 })
      expect([gone.ok, gone.steps.map(({ name: step, ok }) => [step, ok])]).toEqual([
        false,
        [['reach', false]],
      ])
      const { steps } = await test(await start())
      expect(steps[1]).toEqual({ name: 'encrypt', ok: true, detail: 'the connection is not encrypted' })
    })

    describe('encrypted', () => {
      onServers(noOpenssl)

      it('E10 E141 only the given authority is trusted, and only a certificate for the name of the address', async () => {
        const { port, certificates } = await start({ tls: 'server' })
        const ca = certificates?.ca
        await works(await open(encrypted(port), { tls: { ca } }))
        const refused = { code: 'ACCESS_DENIED', message: expect.stringContaining('certificate') as string }
        await expect(open(encrypted(port), { ...unlimited, tls: true })).rejects.toMatchObject(refused)
        await expect(open(encrypted(port, '127.0.0.1'), { ...unlimited, tls: { ca } })).rejects.toMatchObject(
          refused,
        )
        await works(await open(encrypted(port, '127.0.0.1'), { tls: { ca, servername: 'localhost' } }))
        const other = { ...unlimited, tls: { ca, servername: 'other.example' } }
        await expect(open(encrypted(port), other)).rejects.toMatchObject(refused)
        const { steps } = await test(encrypted(port), { tls: { ca } })
        expect(steps[1]).toEqual({ name: 'encrypt', ok: true, detail: expected.encrypted })
        const untrusted = await test(encrypted(port), { tls: true })
        expect(untrusted.steps.at(-1)).toMatchObject({ name: expected.untrusted, ok: false })
      })

      it('E10 an unencrypted server is rejected if encryption is required', async () => {
        const { port } = await start()
        await expect(open(encrypted(port), { tls: true })).rejects.toMatchObject({
          code: expect.stringMatching(`^(${engine.unencrypted})$`) as string,
        })
      })

      it('E105 signs in with a client certificate from the document', async () => {
        const { port, certificates } = await start({ tls: 'both' })
        const { ca, client } = certificates as Certificates
        await works(await open(encrypted(port), { tls: { ca, ...client } }))
        await expect(open(encrypted(port), { tls: { ca } })).rejects.toMatchObject({
          code: expect.stringMatching(/^(ACCESS_DENIED|CONNECTION)$/) as string,
        })
      })
    })

    describe('through SSH', () => {
      onServers(noSshd)
      const through = ({ port, user, keyPath, knownHostsPath }: SshServer) => ({
        tunnel: { host: '127.0.0.1', port, user, key: keyPath, knownHosts: knownHostsPath },
      })

      it('E9 E29 a server is reached through a tunnel; a lost tunnel is opened again', async () => {
        const [{ port }, ssh] = [await start(), await stopping(startSshServer())]
        const store = await open({ port }, through(ssh))
        await works(store)
        const { steps } = await test({ port }, through(ssh))
        expect(steps.every(({ ok }) => ok)).toBe(true)
        await ssh.kill()
        await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION', key })
        await stopping(startSshServer({ folder: ssh.folder, port: ssh.port }))
        await failuresUntil(() => store.get(key))
        await works(store)
      })

      it('E9 E10 through a tunnel the certificate has to match the server of the address', async ({
        skip,
      }) => {
        skip(noOpenssl !== undefined, noOpenssl)
        const [{ port, certificates }, ssh] = [
          await start({ tls: 'server' }),
          await stopping(startSshServer()),
        ]
        const ca = certificates?.ca
        await works(await open(encrypted(port), { ...through(ssh), tls: { ca } }))
        const refused = { code: 'ACCESS_DENIED', message: expect.stringContaining('certificate') as string }
        const byNumber = open(encrypted(port, '127.0.0.1'), { ...through(ssh), tls: { ca } })
        await expect(byNumber).rejects.toMatchObject(refused)
        const other = open(encrypted(port), { ...through(ssh), tls: { ca, servername: 'other.example' } })
        await expect(other).rejects.toMatchObject(refused)
        const { ok, steps } = await test(encrypted(port), { ...through(ssh), tls: { ca } })
        expect([ok, steps[1]?.detail]).toEqual([true, expected.encrypted])
      })
    })

    if (engine.signIn === undefined) return

    it('E4 E6 a wrong password is ACCESS_DENIED, and no error or report contains a password', async () => {
      const { port } = await start({ password })
      await works(await open({ port }, engine.signIn))
      const denied = await open({ port }, engine.signIn, contextWith(WRONG)).catch((error: unknown) => error)
      expect(denied).toMatchObject({ code: 'ACCESS_DENIED' })
      const report = await test({ port }, engine.signIn, contextWith(WRONG))
      expect(report.steps.at(-1)).toMatchObject({ name: 'sign-in', ok: false })
      expect(inspect([denied, report], { depth: 10, showHidden: true })).not.toContain(WRONG)
    })

    it('E6 a stack names its secret, and no document, error or span contains it', async () => {
      const server = await start({ password })
      const seen: unknown[] = []
      const options = at({ host: '127.0.0.1', port: server.port, isEncrypted: false })
      const root = { kind, id: 'r', ...options, ...engine.signIn, timeout: 5000 }
      const secrets = { get: () => Promise.resolve(password) }
      const stack = closing(await openStack({ strata: 1, root }, { secrets }))
      stack.trace(span => seen.push(span))
      await works(stack.store)
      await server.kill()
      seen.push(await stack.store.get(key).catch((error: unknown) => error))
      seen.push(stack.document, stack.nodes)
      expect(seen.length).toBeGreaterThan(4)
      expect(inspect(seen, { depth: 8, showHidden: true })).not.toContain(password)
    })
  })
}
