import { once } from 'node:events'
import { createConnection } from 'node:net'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Etcd3 } from 'etcd3'
import { Binary, MongoClient } from 'mongodb'
import { clientOf, newBucket } from '../core/node/engines/s3/s3-context.ts'
import { noEtcd, startEtcd } from './etcd.ts'
import { noMariadb, startMariadb } from './mariadb.ts'
import { noMemcached, startMemcached } from './memcached.ts'
import { startMongoDouble } from './mongo/double.ts'
import { FAST, noPostgres, startPostgres } from './postgres.ts'
import { noRadosgw, startRadosgw } from './radosgw.ts'
import { noRedis, startRedis } from './redis.ts'
import { S3Double } from './s3-double.ts'

/** A server that another program has filled with films, each with its plot, in the layout of that program. */
export interface FilledServer {
  /** Its address, as a user would enter it. */
  readonly address: string
  /** Further form fields beside the address, by their labels. */
  readonly fields: Readonly<Record<string, string>>
  /** Reads the plot of a film without the program under test. */
  read(film: string): Promise<string | undefined>
  /** Stops the server as if it were killed. */
  lose(): Promise<void>
  /** Starts it again at the same address. */
  regain(): Promise<void>
  stop(): Promise<void>
}

export interface FillableServer {
  /** Its label in the window. */
  readonly label: string
  /** Distinguishes tests of servers with the same label. */
  readonly title: string
  readonly missing: string | undefined
  readonly films: number
  /** The plot as it is shown. Default: unchanged. */
  readonly shown?: (plot: string) => string
  /** Whether it is empty after a restart. */
  readonly isForgetful?: boolean
  start(films: number): Promise<FilledServer>
}

const MANY = 100_000

/** The name of a film. Names are in the order of their numbers. */
export function filmName(number: number): string {
  return `film-${String(number).padStart(5, '0')}`
}

export function plotOf(number: number): string {
  return `Plot ${number}`
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

/** Acknowledged writes are with the operating system, so a kill of the server does not lose them. */
const SURVIVES_A_KILL = ['--innodb-flush-log-at-trx-commit=2']

export const fillableServers: readonly FillableServer[] = [
  {
    label: 'PostgreSQL',
    title: 'PostgreSQL',
    missing: noPostgres,
    films: MANY,
    async start(films) {
      let server = await startPostgres({ config: FAST })
      await server.sql(
        `CREATE TABLE blocks (key text PRIMARY KEY, data bytea NOT NULL);
         INSERT INTO blocks SELECT '/films/film-' || lpad(i::text, 5, '0'), convert_to('Plot ' || i, 'UTF8')
         FROM generate_series(0, ${films - 1}) i; ANALYZE blocks`,
      )
      return {
        address: server.url.replace('//', '//postgres@'),
        fields: {},
        read: film =>
          server.sql(`SELECT convert_from(data, 'UTF8') FROM blocks WHERE key = '/films/${film}'`),
        lose: () => server.kill(),
        regain: async () => {
          server = await server.restart()
        },
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'MySQL or MariaDB',
    title: 'MariaDB',
    missing: noMariadb,
    films: MANY,
    async start(films) {
      let server = await startMariadb({ config: SURVIVES_A_KILL })
      // In the order of a language, which is the default of tables.
      await server.sql(
        `CREATE TABLE library (name VARCHAR(200) PRIMARY KEY, plot LONGTEXT) CHARACTER SET utf8mb4;
         INSERT INTO library SELECT CONCAT('/films/film-', LPAD(seq, 5, '0')), CONCAT('Plot ', seq)
         FROM seq_0_to_${films - 1}`,
      )
      return {
        address: server.url.replace('//', '//app@'),
        fields: { Table: 'library' },
        read: film => server.sql(`SELECT plot FROM library WHERE name = '/films/${film}'`),
        lose: () => server.kill(),
        regain: async () => {
          server = await server.restart()
        },
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'Redis',
    title: 'Redis',
    missing: noRedis,
    films: MANY,
    shown: plot => JSON.stringify({ hash: { plot } }),
    async start(films) {
      let server = await startRedis()
      const fill = `for i = 0, ${films - 1} do
        redis.call('HSET', string.format('films:film-%05d', i), 'plot', 'Plot ' .. i)
      end`
      await server.cli('EVAL', fill, '0')
      return {
        address: server.url,
        fields: {},
        read: film => server.cli('HGET', `films:${film}`, 'plot'),
        lose: async () => {
          await server.cli('SAVE')
          await server.kill()
        },
        regain: async () => {
          server = await server.restart()
        },
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'etcd',
    title: 'etcd',
    missing: noEtcd,
    films: MANY,
    async start(films) {
      let server = await startEtcd({ isInMemory: true })
      const client = new Etcd3({ hosts: `http://127.0.0.1:${server.port}` })
      await fillEtcd(client, films)
      return {
        address: server.url,
        fields: {},
        read: async film => (await client.get(`/films/${film}`).string()) ?? undefined,
        lose: () => server.kill(),
        regain: async () => {
          server = await server.restart()
        },
        stop: async () => {
          client.close()
          await server.stop()
        },
      }
    },
  },
  {
    label: 'memcached',
    title: 'memcached',
    missing: noMemcached,
    films: MANY,
    isForgetful: true,
    async start(films) {
      let server = await startMemcached({ memory: 128 })
      await fillMemcached(server.port, films)
      return {
        address: server.url,
        fields: {},
        read: async film => (await askMemcached(server.port, `get films:${film}\r\n`)).split('\r\n')[1],
        lose: () => server.kill(),
        regain: async () => {
          server = await server.restart()
        },
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'MongoDB',
    title: 'MongoDB (a double)',
    missing: undefined,
    films: MANY,
    async start(films) {
      const server = await startMongoDouble()
      const client = new MongoClient(server.url)
      const all = client.db('shop').collection<{ _id: string; v: Binary }>('kv')
      await all.insertMany(
        numbers(films).map(number => ({
          _id: `/films/${filmName(number)}`,
          v: new Binary(Buffer.from(plotOf(number))),
        })),
      )
      return {
        address: `mongodb://127.0.0.1:${server.port}/shop`,
        fields: {},
        read: async film => (await all.findOne({ _id: `/films/${film}` }))?.v.toString('utf8'),
        lose: () => server.stop(),
        regain: () => server.start(),
        stop: async () => {
          await client.close()
          await server.stop()
        },
      }
    },
  },
  {
    label: 'S3',
    // Ceph takes about 300 objects a second, so filling it would take minutes: it has few, below.
    title: 'S3 (a double)',
    missing: undefined,
    films: MANY,
    async start(films) {
      const server = await S3Double.start()
      server.fill(numbers(films).map(number => [`films/${filmName(number)}`, plotOf(number)]))
      return {
        address: 's3://bucket',
        fields: { Endpoint: server.endpoint, 'Access key ID': 'id', 'Secret access key': 'secret' },
        read: film => Promise.resolve(server.textOf(`films/${film}`)),
        lose: () => server.stop(),
        regain: () => server.startAgain(),
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'S3',
    title: 'S3 (Ceph)',
    missing: noRadosgw,
    films: 3,
    async start(films) {
      const server = await startRadosgw()
      const client = clientOf(server)
      const Bucket = await newBucket(client)
      for (const number of numbers(films)) {
        const Key = `films/${filmName(number)}`
        await client.send(new PutObjectCommand({ Bucket, Key, Body: plotOf(number) }))
      }
      const { endpoint, user, password } = server
      return {
        address: `s3://${Bucket}`,
        fields: { Endpoint: endpoint, 'Access key ID': user, 'Secret access key': password },
        read: async film => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `films/${film}` }))
          return Body?.transformToString()
        },
        lose: () => server.killGateway(),
        regain: () => server.startGateway(),
        stop: async () => {
          client.destroy()
          await server.stop()
        },
      }
    },
  },
]

/** The maximum number of writes in a transaction of etcd. */
const ETCD_WRITES = 128
const ETCD_CALLS = 16

async function fillEtcd(client: Etcd3, films: number): Promise<void> {
  const rest = numbers(Math.ceil(films / ETCD_WRITES)).map(part => part * ETCD_WRITES)
  const fill = async () => {
    for (let first = rest.pop(); first !== undefined; first = rest.pop()) {
      const from = first
      const part = numbers(Math.min(ETCD_WRITES, films - from)).map(number => from + number)
      const puts = part.map(number => client.put(`/films/${filmName(number)}`).value(plotOf(number)))
      await client
        .if('/none', 'Version', '==', 0)
        .then(...puts)
        .commit()
    }
  }
  await Promise.all(numbers(ETCD_CALLS).map(fill))
}

async function fillMemcached(port: number, films: number): Promise<void> {
  const sets = numbers(films).map(number => {
    const plot = plotOf(number)
    return `set films:${filmName(number)} 0 0 ${plot.length} noreply\r\n${plot}\r\n`
  })
  await askMemcached(port, `${sets.join('')}version\r\n`)
}

/** Sends commands of the text protocol. @returns The answer, up to its first part. */
async function askMemcached(port: number, commands: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    socket.write(commands)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString()
  } finally {
    socket.destroy()
  }
}
