import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { type BinaryDatastore, Key, openStack } from 'strata/node'
import { clientOf, newBucket } from '../../core/node/engines/s3/s3-context.ts'
import { noRadosgw, type Radosgw, startRadosgw } from '../../servers/radosgw.ts'
import { S3Double } from '../../servers/s3-double.ts'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 1000
const LISTED = 20_000
const OBJECTS = 100_000
const PAGE = 1000
/** Milliseconds of a page, most of which the double takes. */
const BUDGET = 150
const keys = Array.from({ length: OPERATIONS }, (_, index) => Key.of('level', name(index)))

/** Values of 1 KB in Ceph's gateway on this machine, beside the client used directly, and listings of many objects. */
export const s3Benchmark: Benchmark = {
  name: 's3',
  async run() {
    if (noRadosgw !== undefined) return []
    const server = await startRadosgw()
    const client = clientOf(server)
    try {
      return [...(await compared(server, client)), ...(await listed(server, client)), await paged()]
    } finally {
      client.destroy()
      await server.stop()
    }
  },
}

async function openBucket(
  { endpoint, user, password }: Pick<Radosgw, 'endpoint' | 'user' | 'password'>,
  bucket: string,
  options: object = {},
) {
  const root = { kind: 's3', url: `s3://${bucket}`, endpoint, user, password: { secret: 'key' }, ...options }
  return openStack({ strata: 1, root }, { secrets: { get: () => Promise.resolve(password) } })
}

async function compared(server: Radosgw, client: S3Client): Promise<readonly Result[]> {
  const bucket = await newBucket(client)
  const stack = await openBucket(server, bucket)
  const value = new Uint8Array(1024).fill(7)
  const results: Result[] = []
  try {
    for (const width of [1, 64]) {
      const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
        sideBySide(
          works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
        )
      const [put = 0, barePut = 0] = await rates([
        index => stack.store.put(keys[index] as Key, value),
        index =>
          client.send(new PutObjectCommand({ Bucket: bucket, Key: `bare/${name(index)}`, Body: value })),
      ])
      results.push(
        compareRates(`s3 put 1 KB, ${width} at once`, 'op/s', put, '@aws-sdk/client-s3', barePut, 0.85),
      )
      const [get = 0, bareGet = 0] = await rates([
        index => stack.store.get(keys[index] as Key),
        async index => {
          const answer = await client.send(
            new GetObjectCommand({ Bucket: bucket, Key: `bare/${name(index)}` }),
          )
          await answer.Body?.transformToByteArray()
        },
      ])
      results.push(
        compareRates(`s3 get 1 KB, ${width} at once`, 'op/s', get, '@aws-sdk/client-s3', bareGet, 0.85),
      )
    }
    return results
  } finally {
    await stack.close()
  }
}

async function listed(server: Radosgw, client: S3Client): Promise<readonly Result[]> {
  const bucket = await newBucket(client)
  const stack = await openBucket(server, bucket)
  try {
    await inParallel(LISTED, 64, index => stack.store.put(Key.of('level', name(index)), new Uint8Array(1)))
    const [query = 0, levels = 0, bare = 0] = await sideBySide(
      [() => queried(stack.store), () => walked(stack.store), () => listedBare(client, bucket)].map(run => ({
        operations: LISTED,
        run,
      })),
    )
    // At most 1.1 × the time of the client.
    return [
      compareRates(`s3 keys of ${LISTED} objects`, 'key/s', query, '@aws-sdk/client-s3', bare, 1 / 1.1),
      compareRates(`s3 level of ${LISTED} objects`, 'key/s', levels, '@aws-sdk/client-s3', bare, 1 / 2),
    ]
  } finally {
    await stack.close()
  }
}

async function queried(store: BinaryDatastore): Promise<void> {
  let count = 0
  for await (const { key } of store.query({ keysOnly: true })) count += key.isRoot ? 0 : 1
  if (count !== LISTED) throw new Error(`There are ${count} keys`)
}

async function walked(store: BinaryDatastore): Promise<void> {
  let count = 0
  for (let after: string | undefined; ; ) {
    const { children, cursor } = await store.list(Key.of('level'), { after, limit: PAGE })
    count += children.length
    if (cursor === undefined) break
    after = cursor
  }
  if (count !== LISTED) throw new Error(`There are ${count} children`)
}

async function listedBare(client: S3Client, bucket: string): Promise<void> {
  let count = 0
  for (let token: string | undefined; ; ) {
    const input = { Bucket: bucket, Prefix: 'level/', ContinuationToken: token }
    const { Contents = [], NextContinuationToken } = await client.send(new ListObjectsV2Command(input))
    count += Contents.length
    if (NextContinuationToken === undefined) break
    token = NextContinuationToken
  }
  if (count !== LISTED) throw new Error(`There are ${count} objects`)
}

async function paged(): Promise<Result> {
  const double = await S3Double.start()
  const object = { bytes: Buffer.from('x'), etag: 'x', time: new Date(), version: '1', headers: {} }
  for (let index = 0; index < OBJECTS; index++) double.objects.set(`level/${name(index)}`, [object])
  const place = { endpoint: double.endpoint, user: 'user', password: 'secret' }
  const stack = await openBucket(place, 'bucket', { layout: 'path', readOnly: true })
  try {
    const times: number[] = []
    for (let round = 0; round < 30; round++) {
      const after = name((round * 31_357) % (OBJECTS - 2 * PAGE))
      const begin = performance.now()
      const { children } = await stack.store.list(Key.of('level'), { after, limit: PAGE })
      times.push(performance.now() - begin)
      if (children.length !== PAGE) throw new Error(`A page has ${children.length} children`)
    }
    return underBudget(`s3 page of ${PAGE} at 10⁵ objects (double)`, 'ms', median(times.slice(5)), BUDGET)
  } finally {
    await stack.close()
    await double.stop()
  }
}

function name(index: number): string {
  return `c${String(index).padStart(7, '0')}`
}
