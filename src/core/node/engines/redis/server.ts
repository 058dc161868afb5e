import { createHash } from 'node:crypto'
import { rejected } from '../../../errors.ts'
import { type Argument, Connection, type ConnectionSettings, type Reply } from './connection.ts'
import { isRefusal } from './failures.ts'

/** A Lua script, by which the server makes several steps as one. */
export interface Script {
  readonly source: string
  readonly sha: string
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

/** One server, or the masters of a cluster. */
export interface RedisServer {
  readonly isCluster: boolean
  /** Each has a part of the keys. */
  readonly masters: readonly Connection[]
  /** Makes a call about one key. */
  send(key: Argument, args: readonly Argument[]): Promise<Reply>
  /** Runs a script whose keys are all on the master of the first one. */
  run(script: Script, keys: readonly Argument[], args: readonly Argument[]): Promise<Reply>
  /** Makes several commands as one step, and answers what each does. Absent in a cluster, whose masters share no step. */
  readonly transact?: ((commands: readonly (readonly Argument[])[]) => Promise<readonly Reply[]>) | undefined
  close(): Promise<void>
}

/** One server that has all keys. */
export class SingleServer implements RedisServer {
  readonly isCluster = false
  readonly masters: readonly Connection[]
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
    this.masters = [connection]
  }

  static async open(settings: ConnectionSettings): Promise<SingleServer> {
    return new SingleServer(await Connection.open(settings))
  }

  send(_key: Argument, args: readonly Argument[]): Promise<Reply> {
    return this.#connection.send(args)
  }

  run(script: Script, keys: readonly Argument[], args: readonly Argument[]): Promise<Reply> {
    return runScript(script, keys, args, (command, recover) => this.#connection.send(command, recover))
  }

  transact(commands: readonly (readonly Argument[])[]): Promise<readonly Reply[]> {
    return this.#connection.transact(commands)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** Runs a script by its hash, and by its text where the server does not know it yet. */
export function runScript(
  { source, sha }: Script,
  keys: readonly Argument[],
  args: readonly Argument[],
  send: (command: readonly Argument[], recover: (error: unknown) => Promise<Reply>) => Promise<Reply>,
): Promise<Reply> {
  const rest = [String(keys.length), ...keys, ...args]
  return send(['EVALSHA', sha, ...rest], error =>
    isRefusal(error, 'NOSCRIPT') ? send(['EVAL', source, ...rest], rejected) : rejected(error),
  )
}
