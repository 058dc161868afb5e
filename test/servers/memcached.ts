import { userInfo } from 'node:os'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noMemcached = missing('memcached', 'memcached')

/** A memcached server of a test's own. */
export interface MemcachedServer extends ServerProcess {
  readonly url: string
  /** Starts another one on its port, which is empty. */
  restart(): Promise<MemcachedServer>
}

interface MemcachedStart {
  /** MiB for values. Default 64. */
  readonly memory?: number | undefined
}

export async function startMemcached(options: MemcachedStart = {}): Promise<MemcachedServer> {
  return start(options, await freePort())
}

async function start(options: MemcachedStart, port: number): Promise<MemcachedServer> {
  const folder = await serverFolder()
  const args = [
    '-l',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    '0',
    '-m',
    String(options.memory ?? 64),
    '-t',
    '1',
  ]
  // As root it wants to be told which user to run as.
  const user = userInfo().uid === 0 ? ['-u', 'root'] : []
  const server = await startServer({
    command: 'memcached',
    folder,
    port,
    args: [...args, ...user],
    // It has nothing to keep, and takes a second to end by itself.
    stopSignal: 'SIGKILL',
  })
  return { ...server, url: `memcached://127.0.0.1:${port}`, restart: () => start(options, port) }
}
