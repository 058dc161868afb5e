import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Commands } from './commands.ts'
import { MongoData } from './data.ts'
import { messageIn, requestIn } from './wire.ts'

/*
 * A double of a MongoDB server, for tests of our use of the driver: OP_MSG over TCP, with mingo for queries.
 * As a replica set it has sessions, transactions over snapshots with write conflicts, and change streams
 * without documents. It has no users, encryption, indexes, validation or elections. It proves nothing about
 * the behaviour of MongoDB.
 */

export interface MongoDouble {
  readonly url: string
  readonly port: number
  /** The names of the commands that it has run. */
  readonly ran: ReadonlyMap<string, number>
  /** Discards the changes from which streams could continue. */
  forgetChanges(): void
  /** Ends every connection and cursor, and accepts no more until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface MongoDoubleOptions {
  /** Whether it is the only member of a replica set, or a standalone server. */
  readonly isReplicated?: boolean | undefined
  /** Milliseconds after which a transaction is aborted. Default: a minute, as in the server. */
  readonly lifetime?: number | undefined
}

/** Starts a double on a free loopback port. */
export async function startMongoDouble({
  isReplicated = false,
  lifetime = 60_000,
}: MongoDoubleOptions = {}): Promise<MongoDouble> {
  const data = new MongoData(isReplicated)
  const ran = new Map<string, number>()
  const commands = new Commands({
    data,
    address: () => `127.0.0.1:${port}`,
    lifetime,
    ran: name => ran.set(name, (ran.get(name) ?? 0) + 1),
  })
  const sockets = new Set<Socket>()
  const make = () =>
    createServer(socket => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
      serve(socket, commands)
    })
  let server = make()
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  return {
    url: `mongodb://127.0.0.1:${port}`,
    port,
    ran,
    forgetChanges: () => data.log.forget(),
    async stop() {
      for (const socket of sockets) socket.destroy()
      commands.cursors.forget()
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

/** Answers the requests of a connection one after another. */
function serve(socket: Socket, commands: Commands): void {
  let chunks: Buffer[] = []
  let size = 0
  let sizeOfNext = 0
  let answered = Promise.resolve()
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    // The chunks of a message are joined once, when all have arrived.
    if (size < sizeOfNext) return
    let rest = Buffer.concat(chunks)
    for (let message = messageIn(rest); message !== undefined; message = messageIn(rest)) {
      rest = rest.subarray(message.length)
      const { command, answer } = requestIn(message)
      answered = answered
        .then(() => commands.run(command))
        .then(reply => {
          if (!socket.destroyed) socket.write(answer(reply))
        })
        .catch((error: unknown) => {
          socket.destroy(error as Error)
        })
    }
    chunks = [rest]
    size = rest.length
    sizeOfNext = size < 4 ? 4 : rest.readInt32LE(0)
  })
}
