import { failure } from '../../../../errors.ts'
import type { Refused } from '../../../../open/store.ts'
import type { Argument, Reply } from '../server/connection.ts'
import { answered } from '../server/failures.ts'
import type { RedisServer, Script } from '../server/server.ts'
import { isTyped, jsonOf, membersOf, type StreamEntry, type TypedKind } from './typed-json.ts'
import { MAX_MEMBERS, READ_TYPED, WRITE_STREAM, WRITE_TYPED } from './typed-scripts.ts'

/** A value that is not a string. */
export interface TypedValue {
  readonly kind: TypedKind
  readonly json: Uint8Array
  /** Identifies its state. */
  readonly state: string
  /** Milliseconds; negative for none. */
  readonly ttl: number
  readonly members: readonly Reply[]
}

interface Writing {
  /** The state that it must have; `undefined` for any. */
  readonly state: string | undefined
  /** Its time to live in milliseconds; empty to keep the current one. */
  readonly time: string
}

/** The command that adds members, and its number of arguments for each. */
const ADDING = { hash: ['HSET', '2'], list: ['RPUSH', '1'], set: ['SADD', '1'], zset: ['ZADD', '2'] } as const
const ATTEMPTS = 10

/**
 * Hashes, lists, sets, sorted sets and streams as JSON. They are replaced atomically, if they are in the expected
 * state.
 */
export class TypedValues {
  readonly #server: RedisServer

  constructor(server: RedisServer) {
    this.#server = server
  }

  /** @throws DatastoreError `VALUE_INVALID` for a type that a module defines, and for too many members. */
  async read(name: Argument): Promise<TypedValue | undefined> {
    const answer = await this.#run(READ_TYPED, name, [])
    if (!Array.isArray(answer)) return undefined
    const [type, state, ttl, members] = answer as [string | Buffer, Buffer, number, Reply[] | null]
    const kind = String(type)
    if (!isTyped(kind)) {
      const what =
        kind === 'string' ? 'it was changed meanwhile' : `it is of the type ${JSON.stringify(kind)}`
      throw failure(kind === 'string' ? 'CONFLICT' : 'VALUE_INVALID', 'get', undefined, what)
    }
    if (!Array.isArray(members)) {
      const why = `it is a ${kind} with more than ${MAX_MEMBERS} members, too many for one value`
      throw failure('VALUE_INVALID', 'get', undefined, why)
    }
    return { kind, json: jsonOf(kind, members), state: String(state), ttl, members }
  }

  /** @throws DatastoreError `VALUE_INVALID` for bytes that are not the JSON form of its type. */
  async write(
    name: Argument,
    kind: TypedKind,
    bytes: Uint8Array,
    writing: Writing,
  ): Promise<{ readonly refused: Refused } | { readonly refused?: undefined; readonly state: string }> {
    const members = membersOf(kind, bytes)
    const outcome =
      members.kind === 'stream'
        ? await this.#writeStream(name, members.entries, writing)
        : await this.#run(WRITE_TYPED, name, [
            kind,
            writing.state ?? '',
            writing.time,
            ...ADDING[members.kind],
            ...members.args,
          ])
    if (outcome !== 0) return { refused: outcome === 1 && writing.state === undefined ? 'absent' : 'changed' }
    return { state: (await this.read(name))?.state ?? '' }
  }

  async #writeStream(name: Argument, entries: readonly StreamEntry[], writing: Writing): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const there = await this.read(name)
      if (there === undefined) return 1
      if (writing.state !== undefined && writing.state !== there.state) return 3
      const args = await this.#streamChange(name, there, entries)
      const outcome = await this.#run(WRITE_STREAM, name, [there.state, ...args])
      if (outcome !== 3 || writing.state !== undefined || attempt === ATTEMPTS) return outcome
    }
  }

  /** @throws DatastoreError `VALUE_INVALID` if an entry would change, or a new one would not come last. */
  async #streamChange(
    name: Argument,
    { members }: TypedValue,
    entries: readonly StreamEntry[],
  ): Promise<(string | Buffer)[]> {
    const old = new Map((members as [Buffer, Buffer[]][]).map(([id, fields]) => [String(id), fields]))
    const kept = new Set(entries.map(({ id }) => id))
    const gone = [...old.keys()].filter(id => !kept.has(id))
    const added: (string | Buffer)[] = []
    let last = await this.#lastId(name)
    for (const { id, fields } of entries) {
      const before = old.get(id)
      if (before !== undefined) {
        if (!Buffer.concat(before).equals(Buffer.concat([...fields])) || before.length !== fields.length)
          throw invalid(`the entry ${id} would change, and entries of a stream do not`)
        continue
      }
      if (!isLater(id, last)) throw invalid(`the new entry ${id} does not come after ${last}`)
      last = id
      added.push(id, String(fields.length), ...fields)
    }
    return [String(gone.length), ...gone, ...added]
  }

  async #lastId(name: Argument): Promise<string> {
    const info = (await answered('put', this.#server.send(name, ['XINFO', 'STREAM', name]))) as Reply[]
    return String(info[info.findIndex(item => String(item) === 'last-generated-id') + 1])
  }

  #run(script: Script, name: Argument, args: readonly Argument[]): Promise<Reply> {
    return answered('use a value', this.#server.run(script, [name], args))
  }
}

function invalid(state: string): Error {
  return failure('VALUE_INVALID', 'put', undefined, state)
}

/** Ids are two numbers: a time and a count. */
function isLater(id: string, last: string): boolean {
  if (!/^\d{1,20}-\d{1,20}$/.test(id)) return false
  const [[time = 0n, count = 0n], [lastTime = 0n, lastCount = 0n]] = [id, last].map(one =>
    one.split('-').map(BigInt),
  ) as [bigint[], bigint[]]
  return time > lastTime || (time === lastTime && count > lastCount)
}
