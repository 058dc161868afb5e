import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { LevelBlockstore } from 'blockstore-level'
import { LevelDatastore as PeerDatastore } from 'datastore-level'
import { Key as PeerKey } from 'interface-datastore'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterAll, describe, expect, it } from 'vitest'
import { chromiumArguments, findChromium } from '../../../../../scripts/find-chromium.mjs'
import { Key } from '../../../../../src/core/key.ts'
import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { collect, walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../../fs/bytes-of.ts'
import { pathsBelow, TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

/** All kinds of keys that datastore-level accepts. */
const KEYS = ['/a', '/a/b', '/a/b:c', '/a-b', '/Films/Brazil', '/späť/😀', '/with space/%41']

describe('LevelDB folders of other programs', () => {
  it('E2 I1 a folder of datastore-level is read and edited here, and read back by datastore-level', async () => {
    const path = join(await roots.make(), 'peer')
    const peer = new PeerDatastore(path)
    await peer.open()
    for (const key of KEYS) await peer.put(new PeerKey(key), bytesOf(`of ${key}`))
    await peer.close()

    const store = await LevelDatastore.open(path, { create: false })
    expect(await walkKeys(store)).toEqual(
      KEYS.map(text => Key.parse(text))
        .sort(Key.compare)
        .map(String),
    )
    for (const key of KEYS) expect(await store.get(Key.parse(key))).toEqual(bytesOf(`of ${key}`))
    const edited = Key.parse('/a/b')
    const { etag } = await store.stat(edited)
    await store.put(edited, bytesOf('edited'), { ifMatch: etag })
    await store.rename(Key.parse('/a-b'), Key.parse('/moved/here'))
    await store.delete(Key.parse('/a'))
    await store.put(Key.parse('/new'), new Uint8Array())
    await store.close()

    const again = new PeerDatastore(path)
    await again.open()
    const found = new Map<string, Uint8Array>()
    for await (const { key, value } of again.query({})) found.set(key.toString(), value)
    expect([...found.keys()].sort()).toEqual(
      [...KEYS.filter(key => !['/a', '/a-b'].includes(key)), '/moved/here', '/new'].sort(),
    )
    expect(found.get('/a/b')).toEqual(Buffer.from('edited'))
    expect(found.get('/moved/here')).toEqual(Buffer.from('of /a-b'))
    expect(found.get('/new')).toHaveLength(0)
    await again.close()
  })

  it('E2 I1 a folder of blockstore-level is read and edited here, and read back by blockstore-level', async () => {
    const path = join(await roots.make(), 'peer')
    const blocks = new LevelBlockstore(path)
    await blocks.open()
    const cids: CID[] = []
    for (const text of ['one', 'two', 'three']) {
      const cid = CID.createV1(0x55, await sha256.digest(bytesOf(text)))
      cids.push(cid)
      await blocks.put(cid, bytesOf(text))
    }
    await blocks.close()

    const store = await LevelDatastore.open(path, { create: false })
    const keys = await walkKeys(store)
    expect(keys).toHaveLength(3)
    for (const key of keys) expect(key).toMatch(/^\/[A-Z2-7]+$/)
    const values = await Promise.all(
      keys.map(async key => Buffer.from(await store.get(Key.parse(key))).toString()),
    )
    expect(values.sort()).toEqual(['one', 'three', 'two'])
    const ofTwo = keys[await indexOf(store, keys, 'two')] ?? ''
    await store.delete(Key.parse(ofTwo))
    await store.close()

    const again = new LevelBlockstore(path)
    await again.open()
    expect(await Promise.all(cids.map(cid => again.has(cid)))).toEqual([true, false, true])
    await again.close()
  })

  it('E2 Local Storage of Chromium can be read, and its folder stays unchanged', { timeout: 60_000 }, async ({
    skip,
  }) => {
    const chromium = findChromium()
    if (chromium === undefined)
      return skip('there is no Chromium here; install one or set CHROMIUM to its path')
    const folder = await roots.make()
    const page = join(folder, 'page.html')
    await writeFile(
      page,
      `<script>localStorage.setItem('greeting', 'hello'); document.title = 'stored'</script>`,
    )
    const profile = join(folder, 'profile')
    const path = join(profile, 'Default', 'Local Storage', 'leveldb')
    const visit = () =>
      promisify(execFile)(
        chromium,
        [
          ...chromiumArguments(),
          '--headless',
          '--disable-gpu',
          `--user-data-dir=${profile}`,
          '--dump-dom',
          pathToFileURL(page).href,
        ],
        { timeout: 50_000 },
      )
    // On a busy machine Chromium may exit before it has written the data of a page.
    for (let visits = 1; visits <= 10; visits++) {
      await visit()
      const files = (await pathsBelow(profile)).filter(file => /Local Storage\/leveldb\/./.test(file))
      const written = await Promise.all(files.map(file => readFile(join(profile, file))))
      if (written.some(bytes => bytes.includes('hello'))) break
    }
    const files = await pathsBelow(path)
    await using store = await LevelDatastore.open(path, { readOnly: true })
    const entries = await collect(store.query({ prefix: '/' }))
    const found = entries.find(({ key }) => key.toString().endsWith('greeting'))
    // Byte 01 marks the text as Latin-1.
    expect(Buffer.from(found?.value ?? []).toString('latin1')).toBe('\u0001hello')
    expect(await store.get(found?.key ?? Key.root)).toEqual(found?.value)
    expect(await walkKeys(store)).toHaveLength(entries.length)
    expect(await pathsBelow(path)).toEqual(files)
  })
})

async function indexOf(store: LevelDatastore, keys: readonly string[], text: string): Promise<number> {
  for (const [index, key] of keys.entries()) {
    if (Buffer.from(await store.get(Key.parse(key))).toString() === text) return index
  }
  return -1
}
