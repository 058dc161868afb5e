import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { REPOSITORY } from './strata.ts'

/** The real program in a process of its own. */
export interface Program {
  /** What it printed: `http://127.0.0.1:PORT/#token=…`. */
  readonly address: string
  /** Requests its end, and waits for it. Rejects with the errors that it printed meanwhile. */
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
}

/**
 * Starts `npm run serve` without npm, on a data folder of its own.
 * @throws Error with its output if it ends instead.
 */
export async function startProgram(dataDirectory: string, args: readonly string[]): Promise<Program> {
  const program = join(REPOSITORY, 'out', 'main', 'serve.js')
  const child = spawn(process.execPath, [program, ...args, '--no-open'], {
    env: {
      ...process.env,
      STRATA_DATA: dataDirectory,
      // It prints warnings about versions of Node that its later versions need.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const complaints: string[] = []
  child.stderr.on('data', (data: Buffer) => complaints.push(data.toString()))
  const address = await printedAddress(child, complaints)
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    address,
    async stop() {
      await end('SIGTERM')
      if (complaints.length > 0) throw new Error(`The program complained: ${complaints.join('')}`)
    },
    kill: () => end('SIGKILL'),
  }
}

async function printedAddress(child: ChildProcess, complaints: readonly string[]): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const address = /^Strata is at (\S+)$/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`The program ended: ${complaints.join('')}`)
}
