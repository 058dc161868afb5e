import { createHash } from 'node:crypto'
import { rejected } from '../../../../errors.ts'
import { type Argument, Connection, type ConnectionSettings, type Reply } from './connection.ts'
import { isRefusal } from './failures.ts'

/** A Lua script, which the server runs atomically. */
export interface Script {
  readonly source: string
  readonly sha: string
}

export function script(source: string): Script {
  return { source, sha: sha1(source) }
}

/** SHA-1 in hex, by which Redis names scripts and can compare values. */
export function sha1(data: string | Uint8Array): string {
  return createHash('sha1').update(data).digest('hex')
}

/** One server, or the masters of a cluster. */
export interface RedisServer {
  readonly isCluster: boolean
  /** Each master has a part of the keys. */
  readonly masters: readonly Connection[]
  /** Sends a command about one key. */
  send(key: Argument, args: readonly Argument[]): Promise<Reply>
  /** Runs a script. All its keys must be on the master of the first one. */
  run(script: Script, keys: readonly Argument[], args: readonly Argument[]): Promise<Reply>
  /**
   * Runs several commands atomically and returns their answers. Absent in a cluster, whose masters share no
   * transaction.
   */
  readonly transact?: ((commands: readonly (readonly Argument[])[]) => Promise<readonly Reply[]>) | undefined
  close(): Promise<void>
}

/** A single server, which has all keys. */
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

/** Runs a script by its hash, or by its source if the server does not have it yet. */
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
