import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server that a test has started on the loopback interface, in a folder of its own. */
export interface ServerProcess {
  readonly port: number
  readonly folder: string
  readonly pid: number
  /** Rejects once it has ended, with its output. */
  readonly ended: Promise<never>
  /** Stops it as if it were killed; `start` on the same folder and port is a restart. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface ServerStart {
  readonly command: string
  readonly folder: string
  readonly port: number
  readonly args: readonly string[]
  /** The user to run it as, for a server that refuses to run as root. */
  readonly user?: ServerUser | undefined
  /** The signal that stops it and its child processes. Default: `SIGTERM`, sent to each of them. */
  readonly stopSignal?: NodeJS.Signals | undefined
  /** The time limit until it accepts connections, in milliseconds. Default 30,000. */
  readonly patience?: number | undefined
  /** Rejects when a server that this one depends on ends during the start. */
  readonly needed?: Promise<never> | undefined
}

export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Why a server cannot be started here, and what to install; `undefined` if it can. */
export function missing(command: string, debianPackage: string): string | undefined {
  if (process.platform !== 'linux')
    return 'servers are started on Linux alone, where their sockets can be checked'
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return undefined
  } catch {
    return `there is no ${command} here; install the Debian package ${debianPackage}`
  }
}

/** @param parent Default: the folder for temporary files. */
export function serverFolder(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, 'strata-server-'))
}

/** A port of the loopback interface that is free now. */
export function freePort(): Promise<number> {
  return freePorts(1)
}

/**
 * The first of `count` consecutive ports that are free now. They are below the range that Linux assigns to
 * connections, so that no connection of another test takes one of them before its server does.
 */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 15_000 + Math.floor(Math.random() * 17_000)
    const ports = Array.from({ length: count }, (_, index) => first + index)
    const areFree = await Promise.all(ports.map(isFree))
    if (areFree.every(Boolean)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}

/** Starts a server and waits until it accepts connections. It must listen only on the loopback interface. */
export async function startServer({
  command,
  folder,
  port,
  args,
  user,
  stopSignal,
  patience = 30_000,
  needed,
}: ServerStart): Promise<ServerProcess> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...user })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${command} ended (${String(code ?? signal)}) and printed:\n${output.slice(-2_000)}`)
  })
  ended.catch(() => undefined)
  const { pid } = child
  if (pid === undefined) return ended
  const failed = new AbortController()
  try {
    const needs = needed === undefined ? [ended] : [ended, needed]
    await Promise.race([...needs, accepts(port, patience, failed.signal)])
    checkLoopback(command, pid)
  } catch (error) {
    failed.abort()
    child.kill('SIGKILL')
    throw error
  }
  return {
    port,
    folder,
    pid,
    ended,
    kill: () => end(child, 'SIGKILL'),
    async stop() {
      await (stopSignal === undefined ? end(child, 'SIGTERM') : endAlone(child, stopSignal))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  // Its child processes may be in sessions of their own, and would outlive it.
  for (const pid of descendants(child.pid ?? 0)) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended by itself.
    }
  }
  child.kill(signal)
  await exit
}

/** Ends a server that ends its own child processes. */
async function endAlone(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

/** Stops processes until `SIGCONT`, as if they hung. Resolves once none of their threads runs. */
export async function freeze(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  for (const pid of pids) while (!isStopped(pid)) await new Promise(done => setImmediate(done))
}

function isStopped(pid: number): boolean {
  const stats = readdirSync(`/proc/${pid}/task`).map(id =>
    readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8'),
  )
  // The state follows the name of the command, which is in brackets and may hold any character.
  return stats.every(stat => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}

function descendants(pid: number): number[] {
  const children = (of: number): number[] =>
    readFileSync(`/proc/${of}/task/${of}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  try {
    return children(pid).flatMap(child => [child, ...descendants(child)])
  } catch {
    // It has ended.
    return []
  }
}

/** Resolves once a connection is accepted. Each try is a connection, so no other wait is needed. */
async function accepts(port: number, patience: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + patience
  while (!signal.aborted) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>(done => {
      // A connection whose own port is that of the server is connected to itself.
      socket.once('connect', () => done(socket.localPort !== port))
      socket.once('error', () => done(false))
    })
    socket.destroy()
    if (isOpen) return
    if (Date.now() > deadline) throw new Error(`Nothing listens on port ${port}`)
    await new Promise(done => setTimeout(done, 20))
  }
}

const LISTENING = '0A'

/** @throws Error if a process listens beyond the loopback interface. */
export function checkLoopback(command: string, pid: number): void {
  const foreign = listeningElsewhere(pid)
  if (foreign.length > 0) {
    throw new Error(`${command} listens beyond the loopback interface: ${foreign.join(', ')}`)
  }
}

/**
 * The addresses besides 127.0.0.1 and ::1 on which a process listens, according to the sockets that Linux
 * reports.
 */
function listeningElsewhere(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    }),
  )
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      .filter(fields => fields[3] === LISTENING && inodes.has(fields[9] ?? ''))
      .map(fields => fields[1]?.split(':')[0] ?? '')
      .filter(address => !['0100007F', '00000000000000000000000001000000'].includes(address)),
  )
}
