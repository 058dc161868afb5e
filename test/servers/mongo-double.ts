import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Query } from 'mingo'
import { BSON, type Document } from 'mongodb'

const { deserialize, EJSON, serialize } = BSON

/*
 * A double of a MongoDB server, for tests of our use of the driver: OP_MSG over TCP, with mingo for queries. It has no
 * sessions, transactions, change streams, users, encryption or indexes. What it proves is not how MongoDB behaves.
 */
const OP_MSG = 2013
const OP_QUERY = 2004
const OP_REPLY = 1
const MOST_BYTES = 16 * 1024 * 1024
const BATCH = 101

export interface MongoDouble {
  readonly url: string
  readonly port: number
  /** Ends every connection, and takes no more until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
}

interface Failure {
  readonly ok: 0
  readonly code: number
  readonly errmsg: string
}

/** A document, and its id as the server orders it. */
interface Stored {
  readonly order: Buffer
  document: Document
}

/** Documents in the order of their ids. */
type Collections = Map<string, Stored[]>

/** Starts a double on a free loopback port. */
export async function startMongoDouble(): Promise<MongoDouble> {
  const collections: Collections = new Map()
  const sockets = new Set<Socket>()
  const make = () =>
    createServer(socket => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
      serve(socket, new Commands(collections))
    })
  let server = make()
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  return {
    url: `mongodb://127.0.0.1:${port}`,
    port,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
    async start() {
      server = make()
      await listen(server, port)
    },
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

function serve(socket: Socket, commands: Commands): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0))
      rest = rest.subarray(message.length)
      socket.write(answerTo(message, commands))
    }
  })
}

function answerTo(message: Buffer, commands: Commands): Buffer {
  const [request, code] = [message.readInt32LE(4), message.readInt32LE(12)]
  if (code === OP_QUERY) {
    const body = serialize(commands.run(read(message.subarray(message.indexOf(0, 20) + 9))))
    const head = Buffer.alloc(20)
    head.writeInt32LE(1, 16)
    return framed(request, OP_REPLY, Buffer.concat([head, body]))
  }
  const command: Document = {}
  for (let at = 20; at < message.length; ) {
    const kind = message[at++]
    const size = message.readInt32LE(at)
    const section = message.subarray(at, at + size)
    at += size
    if (kind === 0) Object.assign(command, read(section))
    else {
      const end = section.indexOf(0, 4)
      const documents: Document[] = []
      for (let from = end + 1; from < section.length; from += section.readInt32LE(from)) {
        documents.push(read(section.subarray(from, from + section.readInt32LE(from))))
      }
      command[section.toString('utf8', 4, end)] = documents
    }
  }
  return framed(request, OP_MSG, Buffer.concat([Buffer.alloc(5), serialize(commands.run(command))]))
}

/** Documents keep the types of their fields. */
function read(bytes: Buffer): Document {
  return deserialize(bytes, {
    promoteValues: false,
    promoteBuffers: false,
    promoteLongs: false,
    bsonRegExp: true,
  })
}

let replies = 0

function framed(request: number, code: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + body.length, 0)
  head.writeInt32LE(++replies, 4)
  head.writeInt32LE(request, 8)
  head.writeInt32LE(code, 12)
  return Buffer.concat([head, body])
}

/** A value as mingo compares it: numbers and dates as such, other types by their Extended JSON. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if ('_bsontype' in value) {
    if (['Int32', 'Double', 'Long'].includes(String(value._bsontype))) return Number(value)
    return `${String(value._bsontype)}:${EJSON.stringify(value, { relaxed: false })}`
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}

/** Texts are ordered by their bytes; other types come before and after them, as their Extended JSON. */
function orderOf(id: unknown): Buffer {
  return typeof id === 'string' ? Buffer.from(`t${id}`) : Buffer.from(`x${JSON.stringify(plain(id))}`)
}

/** The index of the first document whose id is not before this one. */
function indexFrom(all: readonly Stored[], order: Buffer): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Buffer.compare((all[middle] as Stored).order, order) < 0) low = middle + 1
    else high = middle
  }
  return low
}

interface Asked {
  readonly filter: Document
  readonly isDescending?: boolean
}

/** The documents that a filter asks for, in the order of their ids. Ranges of ids of text are seeked. */
function* found(all: readonly Stored[], { filter, isDescending = false }: Asked): Iterable<Stored> {
  const { _id, ...others } = filter as { readonly _id?: unknown } & Document
  const range = typeof _id === 'object' && _id !== null && !('_bsontype' in _id) ? (_id as Document) : {}
  const isOne = typeof _id === 'string'
  const isRange = '$gte' in range || '$lt' in range
  // The only use of `$not` is to find ids that are not text.
  const isOther = '$not' in range
  const low: unknown = isOne ? _id : isRange ? (range['$gte'] ?? '') : undefined
  const from = low === undefined ? 0 : indexFrom(all, orderOf(low))
  const high = (isOne ? undefined : range['$lt']) as unknown
  const end = isRange ? indexFrom(all, high === undefined ? Buffer.from('u') : orderOf(high)) : all.length
  const test = matching(isRange || isOne || isOther ? others : filter)
  const to = isOne ? Math.min(from + 1, all.length) : end
  for (let step = 0; step < to - from; step++) {
    const one = all[isDescending ? to - 1 - step : from + step] as Stored
    if (isOne && one.document['_id'] !== _id) return
    if (isOther && typeof one.document['_id'] === 'string') continue
    if (test(one.document)) yield one
  }
}

function firstOf(all: readonly Stored[], filter: Document): Stored | undefined {
  for (const one of found(all, { filter })) return one
  return undefined
}

class Commands {
  readonly #collections: Collections
  readonly #cursors = new Map<number, { readonly namespace: string; rest: Document[] }>()
  #lastCursor = 0

  constructor(collections: Collections) {
    this.#collections = collections
  }

  run(command: Document): Document {
    const [name = ''] = Object.keys(command)
    const database = String(command['$db'] ?? 'admin')
    const all = () => this.#of(`${database}.${String(command[name])}`)
    switch (name) {
      case 'hello':
      case 'ismaster':
      case 'isMaster':
        return {
          ok: 1,
          isWritablePrimary: true,
          ismaster: true,
          helloOk: true,
          minWireVersion: 0,
          maxWireVersion: 21,
          maxBsonObjectSize: MOST_BYTES,
          maxMessageSizeBytes: 48_000_000,
          maxWriteBatchSize: 100_000,
        }
      case 'buildInfo':
        return { ok: 1, version: '7.0.0-double' }
      case 'ping':
      case 'endSessions':
      case 'createIndexes':
        return { ok: 1 }
      case 'drop':
        this.#collections.delete(`${database}.${String(command[name])}`)
        return { ok: 1 }
      case 'listCollections':
        return this.#cursor(
          `${database}.$cmd`,
          [...this.#collections.keys()]
            .filter(one => one.startsWith(`${database}.`))
            .map(one => ({ name: one.slice(database.length + 1), type: 'collection' })),
          command,
        )
      case 'insert':
        return this.#insert(all(), command['documents'] as Document[])
      case 'update':
        return this.#update(all(), command['updates'] as Document[])
      case 'delete':
        return this.#delete(all(), command['deletes'] as Document[])
      case 'find':
        return this.#find(`${database}.${String(command[name])}`, command)
      case 'count':
        return { ok: 1, n: [...found(all(), { filter: (command['query'] ?? {}) as Document })].length }
      case 'aggregate': {
        const [{ $match = {} } = {}] = command['pipeline'] as Document[]
        const n = [...found(all(), { filter: $match as Document })].length
        return this.#cursor(`${database}.$cmd`, n === 0 ? [] : [{ n }], command)
      }
      case 'getMore': {
        const cursor = this.#cursors.get(Number(command[name]))
        return this.#page(
          Number(command[name]),
          cursor?.rest ?? [],
          cursor?.namespace ?? '',
          'nextBatch',
          command,
        )
      }
      case 'killCursors':
        return { ok: 1 }
      default:
        return { ok: 0, code: 59, errmsg: `no such command: '${name}'` } satisfies Failure
    }
  }

  #of(name: string): Stored[] {
    const known = this.#collections.get(name)
    if (known !== undefined) return known
    const made: Stored[] = []
    this.#collections.set(name, made)
    return made
  }

  #insert(all: Stored[], documents: readonly Document[]): Document {
    const writeErrors: Document[] = []
    for (const [index, document] of documents.entries()) {
      const problem = add(all, document)
      if (problem !== undefined) writeErrors.push({ index, ...problem })
    }
    return { ok: 1, n: documents.length - writeErrors.length, ...(writeErrors.length > 0 && { writeErrors }) }
  }

  #update(all: Stored[], updates: readonly Document[]): Document {
    let [n, nModified] = [0, 0]
    const upserted: Document[] = []
    for (const [index, { q, u, upsert }] of updates.entries()) {
      const one = firstOf(all, q as Document)
      if (one !== undefined) {
        one.document = changed(one.document, u as Document)
        n++
        nModified++
      } else if (Boolean(upsert)) {
        const _id = (q as Document)['_id'] as unknown
        const made = changed({ _id }, u as Document)
        const problem = add(all, made)
        if (problem !== undefined) return { ok: 1, n, nModified, writeErrors: [{ index, ...problem }] }
        upserted.push({ index, _id })
        n++
      }
    }
    return { ok: 1, n, nModified, ...(upserted.length > 0 && { upserted }) }
  }

  #delete(all: Stored[], deletes: readonly Document[]): Document {
    let n = 0
    for (const { q } of deletes) {
      const one = firstOf(all, q as Document)
      if (one === undefined) continue
      all.splice(all.indexOf(one), 1)
      n++
    }
    return { ok: 1, n }
  }

  #find(namespace: string, command: Document): Document {
    const filter = (command['filter'] ?? {}) as Document
    const isDescending = Number((command['sort'] as Document | undefined)?.['_id'] ?? 0) < 0
    const limit = Math.abs(Number(command['limit'] ?? 0)) || Infinity
    const documents: Document[] = []
    for (const { document } of found(this.#of(namespace), { filter, isDescending })) {
      documents.push(document)
      if (documents.length === limit) break
    }
    const projection = command['projection'] as Document | undefined
    const names = projection && new Set(['_id', ...Object.keys(projection)])
    const shown = documents.map(one =>
      names === undefined
        ? one
        : Object.fromEntries(Object.entries(one).filter(([field]) => names.has(field))),
    )
    return this.#cursor(namespace, shown, command)
  }

  #cursor(namespace: string, documents: Document[], command: Document): Document {
    return this.#page(++this.#lastCursor, documents, namespace, 'firstBatch', command)
  }

  #page(
    id: number,
    documents: Document[],
    ns: string,
    batch: 'firstBatch' | 'nextBatch',
    command: Document,
  ): Document {
    const size = Number(
      command['batchSize'] ?? (command['cursor'] as Document | undefined)?.['batchSize'] ?? BATCH,
    )
    const rest = documents.slice(size)
    if (rest.length > 0) this.#cursors.set(id, { namespace: ns, rest })
    else this.#cursors.delete(id)
    return { ok: 1, cursor: { id: BigInt(rest.length > 0 ? id : 0), ns, [batch]: documents.slice(0, size) } }
  }
}

function add(all: Stored[], document: Document): Omit<Failure, 'ok'> | undefined {
  const order = orderOf(document['_id'])
  const at = indexFrom(all, order)
  if (all[at]?.order.equals(order) === true) {
    return { code: 11_000, errmsg: `E11000 duplicate key error: ${order.toString()}` }
  }
  all.splice(at, 0, { order, document })
  return undefined
}

function changed(old: Document, change: Document): Document {
  if (Object.keys(change).some(name => name.startsWith('$'))) {
    return { ...old, ...(change['$set'] as Document) }
  }
  return { _id: old['_id'] as unknown, ...change }
}

/** Whether a document has what a filter asks for. A whole document is compared as it is. */
function matching(filter: Document): (document: Document) => boolean {
  const { $expr, ...others } = filter
  const literal = (($expr as Document | undefined)?.['$eq'] as Document[] | undefined)?.[1]?.[
    '$literal'
  ] as unknown
  const whole = literal === undefined ? undefined : EJSON.stringify(literal, { relaxed: false })
  const query = new Query(plain(others) as Document)
  return document => {
    if (whole !== undefined && EJSON.stringify(document, { relaxed: false }) !== whole) return false
    return query.test(plain(document) as Document)
  }
}
