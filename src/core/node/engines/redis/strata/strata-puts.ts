import type { Write } from '../../../../ordered/driver.ts'
import { headerBytes, writeHeader } from '../../../../ordered/strata/header.ts'
import { TurnGroup } from '../../turn-group.ts'
import { type Argument, bufferOf, compact, type Reply } from '../server/connection.ts'
import { failureOfCall } from '../server/failures.ts'
import type { RedisServer } from '../server/server.ts'
import type { StrataNames } from './strata-names.ts'
import { PUT } from './strata-scripts.ts'

interface Put {
  readonly key: Uint8Array
  /** The value with its header. */
  readonly record: Buffer
}

/** The answer of the script for a put. */
const DONE = 0

/**
 * Puts without a condition, of values that do not expire, in one bucket. Puts of one turn of the event loop are made
 * together.
 */
export class StrataPuts {
  readonly #server: RedisServer
  readonly #names: StrataNames
  readonly #bucket: number
  readonly #keys: readonly [Buffer, Buffer]
  readonly #start: string
  readonly #group: TurnGroup<Put, Reply>

  constructor(server: RedisServer, names: StrataNames, bucket: number) {
    this.#server = server
    this.#names = names
    this.#bucket = bucket
    this.#keys = [names.keysOf(bucket), names.expiriesOf(bucket)]
    this.#start = String(names.startOf(bucket).length)
    this.#group = new TurnGroup<Put, Reply>({
      one: put => this.#run([put]),
      many: async puts => {
        if (this.#server.transact === undefined) await this.#run(puts)
        else await this.#server.transact(this.#commands(puts))
        return puts.map(() => DONE)
      },
      bytesOf: ({ record }) => record.length,
      failureOf: failureOfCall,
    })
  }

  /** The value is copied before this returns. */
  put({ key, version = 0, mtime = 0 }: Omit<Write, 'value'>, value: Uint8Array): Promise<Reply> {
    const header = { version, mtime, expires: undefined }
    const record = Buffer.allocUnsafe(headerBytes(header) + value.length)
    record.set(value, writeHeader(record, 0, header))
    return this.#group.push({ key, record })
  }

  #run(puts: readonly Put[]): Promise<Reply> {
    const names = puts.map(({ key }) => this.#names.valueOf(key, this.#bucket))
    const records = puts.map(({ record }) => record)
    return this.#server.run(PUT, [...this.#keys, ...names], [this.#start, ...records])
  }

  /** The same as the script, without passing each value through Lua. */
  #commands(puts: readonly Put[]): readonly (readonly Argument[])[] {
    const [keys, expiries] = this.#keys
    const values: Argument[] = ['MSET']
    const ranks: Argument[] = ['ZADD', keys]
    const gone: Argument[] = ['ZREM', expiries]
    for (const { key, record } of puts) {
      const text = compact(bufferOf(key))
      values.push(this.#names.valueOf(key, this.#bucket), record)
      ranks.push('0', text)
      gone.push(text)
    }
    return [values, ranks, gone]
  }
}
