import { S3 } from '@aws-sdk/client-s3'
import { S3Blockstore } from 'blockstore-s3'
import { S3Datastore as PeerDatastore } from 'datastore-s3'
import { Key as PeerKey } from 'interface-datastore'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { noRadosgw, type Radosgw, startRadosgw } from '../../../../servers/radosgw.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, onServers } from '../server-context.ts'
import { clientConfigOf, newBucket, openS3Datastore } from './s3-context.ts'

/** All kinds of keys that datastore-s3 accepts. */
const KEYS = ['/a', '/a/b', '/a/b:c', '/a-b', '/Films/Brazil', '/späth/😀', '/with space/%41']

let server: Radosgw
beforeAll(async () => {
  if (noRadosgw === undefined) server = await startRadosgw()
}, 150_000)
afterAll(async () => {
  if (noRadosgw === undefined) await server.stop()
})
beforeEach(({ skip }) => skip(noRadosgw !== undefined, noRadosgw))

/** A bucket, and the client that the other packages expect. */
async function given(): Promise<{ readonly s3: S3; readonly bucket: string }> {
  const s3 = new S3(clientConfigOf(server))
  closing({
    close: async () => {
      s3.destroy()
    },
  })
  return { s3, bucket: await newBucket(s3) }
}

async function all<T>(source: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of source) found.push(one)
  return found
}

describe('buckets of other programs', () => {
  onServers(noRadosgw)

  it.each([
    ['with a path', '.ipfs/datastore', '/.ipfs/datastore'],
    ['without a path', undefined, ''],
  ])(
    'E73 one of datastore-s3 %s is listed, edited, and read back by datastore-s3',
    async (_, path, folder) => {
      const { s3, bucket } = await given()
      // It treats a path without an object as a missing bucket, which it then creates.
      const init = path === undefined ? {} : { path, createIfMissing: true }
      const peer = new PeerDatastore(s3, bucket, init)
      await peer.open()
      for (const key of KEYS) await peer.put(new PeerKey(key), bytes(`of ${key}`))

      const store = closing(await openS3Datastore(server, bucket, { url: `s3://${bucket}${folder}` }))
      expect(await walkKeys(store)).toEqual(
        KEYS.map(key => Key.parse(key))
          .sort(Key.compare)
          .map(String),
      )
      for (const key of KEYS) expect(text(await store.get(Key.parse(key)))).toBe(`of ${key}`)
      const edited = Key.parse('/a/b')
      const { etag } = await store.stat(edited)
      await store.put(edited, bytes('edited'), { ifMatch: etag })
      await store.rename(Key.parse('/a-b'), Key.parse('/moved/here'))
      await store.delete(Key.parse('/a'))
      await store.put(Key.parse('/new'), bytes('new'))

      const found = new Map<string, string>()
      for (const key of [...KEYS, '/moved/here', '/new']) {
        const peerKey = new PeerKey(key)
        if (await peer.has(peerKey)) found.set(key, text(await peer.get(peerKey)))
      }
      const kept = KEYS.filter(key => !['/a', '/a-b', '/a/b'].includes(key)).map(key => [key, `of ${key}`])
      expect([...found]).toEqual(
        expect.arrayContaining([...kept, ['/a/b', 'edited'], ['/moved/here', 'of /a-b'], ['/new', 'new']]),
      )
      expect(found.size).toBe(kept.length + 3)
      const listed = await all(peer.queryKeys({}))
      expect(listed).toHaveLength(found.size)
    },
  )

  it('E73 one of blockstore-s3 is listed, edited, and read back by blockstore-s3', async () => {
    const { s3, bucket } = await given()
    const blocks = new S3Blockstore(s3, bucket)
    await blocks.open()
    const cids: CID[] = []
    for (const block of ['one', 'two', 'three']) {
      const cid = CID.createV1(0x55, await sha256.digest(bytes(block)))
      cids.push(cid)
      await blocks.put(cid, bytes(block))
    }

    const store = closing(await openS3Datastore(server, bucket))
    const keys = await walkKeys(store)
    expect(keys).toHaveLength(3)
    for (const key of keys) expect(key).toMatch(/^\/([A-Z2-7]{2})\/[A-Z2-7]+\1\.data$/)
    const values = await Promise.all(keys.map(async key => text(await store.get(Key.parse(key)))))
    expect(values.toSorted()).toEqual(['one', 'three', 'two'])
    const two = Key.parse(keys[values.indexOf('two')] ?? '/')
    await store.delete(two)
    await store.put(two, bytes('two again'))
    await store.delete(Key.parse(keys[values.indexOf('three')] ?? '/'))

    const readBack = async (cid: CID) => Buffer.concat(await all(blocks.get(cid))).toString()
    expect(await readBack(cids[0] as CID)).toBe('one')
    expect(await readBack(cids[1] as CID)).toBe('two again')
    expect(await blocks.has(cids[2] as CID)).toBe(false)
    expect((await all(blocks.getAll())).map(({ cid }) => cid.multihash.bytes.length)).toHaveLength(2)
  })
})
