import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as PeerKey } from 'interface-datastore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FsDatastore, Key } from '../../src/core/node/index.ts'
import { bytesOf } from '../core/node/fs/bytes-of.ts'
import { selfDescribed } from '../core/node/fs/crash/self-described.ts'
import { TempRoots } from '../core/node/fs/temp-root.ts'
import { isWhole } from './whole-values.ts'

const roots = new TempRoots()
let root: string
let ours: FsDatastore
let peer: PeerFs

beforeEach(async () => {
  root = await roots.make()
  ours = await FsDatastore.open(join(root, 'ours'))
  peer = new PeerFs(join(root, 'peer'))
  await peer.open()
})
afterEach(async () => {
  await ours.close()
  await roots.remove()
})

describe('datastore-fs', () => {
  it('F5 concurrent puts of one key leave a mixture, without an error', async () => {
    const rounds = async (
      put: (value: Uint8Array) => unknown,
      get: () => Promise<Uint8Array>,
      most: number,
    ) => {
      let broken = 0
      for (let round = 0; round < most && broken === 0; round++) {
        const values = Array.from({ length: 20 }, (_, index) =>
          selfDescribed(round * 20 + index + 1, (index * 7919) % 60_000),
        )
        await Promise.all(values.map(put))
        if (!isWhole(await get())) broken++
      }
      return broken
    }
    const [key, peerKey] = [Key.of('key'), new PeerKey('/key')]
    // 18 of 20 rounds were broken when this was written.
    expect(
      await rounds(
        value => peer.put(peerKey, value),
        () => peer.get(peerKey),
        50,
      ),
    ).toBe(1)
    expect(
      await rounds(
        value => ours.put(key, value),
        () => ours.get(key),
        20,
      ),
    ).toBe(0)
  })

  it('F3 a key leads outside the root', async () => {
    await peer.put(new PeerKey('/../evil'), bytesOf('x'))
    expect((await readdir(root)).sort()).toEqual(['evil.data', 'ours', 'peer'])
    expect(() => Key.parse('/../evil')).toThrow()
    for (const segment of ['..%2Fevil', '..\\evil', '..:evil']) await ours.put(Key.of(segment), bytesOf('x'))
    expect((await readdir(root)).sort()).toEqual(['evil.data', 'ours', 'peer'])
  })

  it('D4 D9 keys that begin with a dot are never listed', async () => {
    await peer.put(new PeerKey('/folder/.dot'), bytesOf('x'))
    const listed: string[] = []
    for await (const key of peer.queryKeys({})) listed.push(key.toString())
    expect(listed).toEqual([])
    await ours.put(Key.of('folder', '.dot'), bytesOf('x'))
    expect((await ours.list(Key.of('folder'))).children.map(child => child.name)).toEqual(['.dot'])
  })

  it('D18 an abort is reported as "not found"', async () => {
    await peer.put(new PeerKey('/key'), bytesOf('x'))
    await ours.put(Key.of('key'), bytesOf('x'))
    const signal = AbortSignal.abort()
    await expect(peer.get(new PeerKey('/key'), { signal })).rejects.toMatchObject({ name: 'NotFoundError' })
    await expect(ours.get(Key.of('key'), { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('D18 D4 a folder in place of a value is reported as "not found", though the key exists', async () => {
    await mkdir(join(root, 'peer', 'key.data'))
    await mkdir(join(root, 'ours', 'key.val'))
    expect(await peer.has(new PeerKey('/key'))).toBe(true)
    await expect(peer.get(new PeerKey('/key'))).rejects.toMatchObject({ name: 'NotFoundError' })
    await expect(ours.get(Key.of('key'))).rejects.not.toMatchObject({ code: 'NOT_FOUND' })
    await expect(ours.has(Key.of('key'))).rejects.not.toMatchObject({ code: 'NOT_FOUND' })
  })
})
