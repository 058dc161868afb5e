import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as PeerKey } from 'interface-datastore'
import { childrenOf, FsDatastore, Key } from 'strata/node'
import { createStorage, type Storage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const COUNT = 2000
const LISTED = 20_000
const value = new Uint8Array(1024).fill(7)
const name = (index: number) => `key-${String(index).padStart(6, '0')}`

interface Stores {
  readonly ours: FsDatastore
  readonly peer: PeerFs
  readonly storage: Storage
  /** Puts by hand: the minimum for an atomic put, without a check, in a folder of its own. */
  readonly byHand: (name: string) => Promise<void>
}

/** 1 KB values in files, without waiting for the disk, as datastore-fs and unstorage do. */
export const fsBenchmark: Benchmark = {
  name: 'fs',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    try {
      const stores = await openStores(folder)
      const results = [
        ...(await putAndGet(stores, 16)),
        ...(await putAndGet(stores, 1)),
        ...(await list(stores)),
      ]
      await stores.ours.close()
      await stores.peer.close()
      await stores.storage.dispose()
      return results
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function openStores(folder: string): Promise<Stores> {
  const peer = new PeerFs(join(folder, 'peer'))
  await peer.open()
  return {
    ours: await FsDatastore.open(join(folder, 'ours')),
    peer,
    storage: createStorage({ driver: fsDriver({ base: join(folder, 'storage') }) }),
    byHand: await putterByHand(join(folder, 'by-hand')),
  }
}

async function putterByHand(folder: string): Promise<(name: string) => Promise<void>> {
  await mkdir(folder)
  let made = 0
  return async name => {
    const temporary = join(folder, `${made++}.tmp`)
    await writeFile(temporary, value, { flag: 'wx' })
    await rename(temporary, join(folder, name))
  }
}

async function putAndGet({ ours, peer, storage, byHand }: Stores, width: number): Promise<Result[]> {
  const keys = Array.from({ length: COUNT }, (_, index) => Key.of('values', name(index)))
  const peerKeys = keys.map(key => new PeerKey(key.toString()))
  const each = (work: (index: number) => Promise<unknown>) => ({
    operations: COUNT,
    run: () => inParallel(COUNT, width, work),
  })
  const [put = 0, peerPut = 0, storagePut = 0, handPut = 0] = await sideBySide([
    each(index => ours.put(keys[index] as Key, value)),
    each(async index => peer.put(peerKeys[index] as PeerKey, value)),
    each(index => storage.setItemRaw(name(index), value)),
    each(index => byHand(name(index))),
  ])
  const [get = 0, peerGet = 0, storageGet = 0] = await sideBySide([
    each(index => ours.get(keys[index] as Key)),
    each(async index => peer.get(peerKeys[index] as PeerKey)),
    each(index => storage.getItemRaw(name(index))),
  ])
  const at = `1 KB, ${width} at once`
  return [
    compareRates(`fs put ${at}`, 'op/s', put, 'datastore-fs', peerPut, 3),
    compareRates(`fs put ${at}`, 'op/s', put, 'unstorage fs', storagePut),
    compareRates(`fs put ${at}`, 'op/s', put, 'writeFile and rename', handPut),
    compareRates(`fs get ${at}`, 'op/s', get, 'datastore-fs', peerGet, 2),
    compareRates(`fs get ${at}`, 'op/s', get, 'unstorage fs', storageGet),
  ]
}

async function list({ ours, peer, storage }: Stores): Promise<Result[]> {
  await inParallel(LISTED, 16, index => ours.put(Key.of('listed', name(index)), value))
  await inParallel(LISTED, 16, async index => peer.put(new PeerKey(`/listed/${name(index)}`), value))
  await inParallel(LISTED, 16, index => storage.setItemRaw(`listed:${name(index)}`, value))
  const expectCount = (count: number, who: string) => {
    if (count !== LISTED) throw new Error(`${who} listed ${count} keys of ${LISTED}`)
  }
  const [rate = 0, peerRate = 0, storageRate = 0] = await sideBySide([
    {
      operations: LISTED,
      run: async () => expectCount(await countOf(childrenOf(ours, Key.parse('/listed'))), 'strata'),
    },
    {
      operations: LISTED,
      run: async () => expectCount(await countOf(peer.queryKeys({ prefix: '/listed' })), 'datastore-fs'),
    },
    {
      operations: LISTED,
      run: async () => expectCount((await storage.getKeys('listed')).length, 'unstorage'),
    },
  ])
  return [
    compareRates('fs list 20,000 keys', 'key/s', rate, 'datastore-fs', peerRate, 4),
    compareRates('fs list 20,000 keys', 'key/s', rate, 'unstorage fs', storageRate),
  ]
}

async function countOf(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0
  for await (const item of items) count += item === undefined ? 0 : 1
  return count
}
