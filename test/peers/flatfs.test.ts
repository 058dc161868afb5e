import { afterEach, describe, expect, it } from 'vitest'
import { FsDatastore, Key } from '../../src/core/node/index.ts'
import { bytesOf } from '../core/node/fs/bytes-of.ts'
import { TempRoots } from '../core/node/fs/temp-root.ts'

const roots = new TempRoots()
afterEach(() => roots.remove())

/** Not on npm, so the probes run only on our stores; the test names describe the peer. */
describe('flatfs', () => {
  it('F5 the first writer of a key wins, and the others succeed too', async () => {
    await using store = await FsDatastore.open(await roots.make())
    const values = Array.from({ length: 20 }, (_, index) => bytesOf(`value ${index}`))
    await Promise.all(values.map(value => store.put(Key.of('K'), value)))
    expect(await store.get(Key.of('K'))).toEqual(bytesOf('value 19'))
  })

  it('K3 F2 keys are one segment of capital letters; others are refused', async () => {
    await using store = await FsDatastore.open(await roots.make())
    for (const text of ['/Key', '/key', '/KEY', '/a/b/c', '/ünï'])
      await store.put(Key.parse(text), bytesOf(text))
    for (const text of ['/Key', '/key', '/KEY', '/a/b/c', '/ünï']) {
      expect(await store.get(Key.parse(text))).toEqual(bytesOf(text))
    }
  })
})
