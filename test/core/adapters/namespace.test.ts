import { describe, expect, it } from 'vitest'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { KeyTransformDatastore } from '../../../src/core/adapters/transform/key-transform.ts'
import { nestedPath } from '../../../src/core/adapters/transform/nested-path.ts'
import { Key } from '../../../src/core/key.ts'
import { fault } from '../../../src/core/layers/fault.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { collect, expectFailure, walkKeys } from '../../../src/testkit/suite.ts'

const key = (text: string) => Key.parse(text)
const value = Uint8Array.of(1)

describe('NamespaceDatastore', () => {
  it('N1 /foo in the namespace /foo is /foo/foo, and /x never collides with /foo/x', async () => {
    const below = new MemoryDatastore()
    const store = new NamespaceDatastore(below, key('/foo'))
    await store.put(key('/foo'), value)
    await store.put(key('/foo/x'), value)
    await store.put(key('/x'), value)
    expect(await walkKeys(below)).toEqual(['/foo/foo', '/foo/foo/x', '/foo/x'])
    expect(await walkKeys(store)).toEqual(['/foo', '/foo/x', '/x'])
  })

  it('N1 keys outside the namespace are neither visible nor counted', async () => {
    const below = new MemoryDatastore()
    for (const text of ['/foo', '/foobar', '/bar/foo/x']) await below.put(key(text), value)
    const store = new NamespaceDatastore(below, key('/foo'))
    await store.put(key('/a/b'), value)
    expect(await walkKeys(store)).toEqual(['/a/b'])
    expect(await store.stats()).toEqual({ entries: 1, bytes: 1, accuracy: 'exact' })
    expect(await store.has(Key.root)).toBe(false)
  })

  it('N1 D5 errors name the keys of the caller, also those of rename()', async () => {
    const store = new NamespaceDatastore(new MemoryDatastore(), key('/foo'))
    await expect(store.rename(key('/a'), key('/b'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      key: key('/a'),
    })
    await store.put(key('/a'), value)
    await store.put(key('/b'), value)
    await expect(store.rename(key('/a'), key('/b'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      key: key('/b'),
      message: expect.stringContaining('"/b"') as string,
    })
  })

  it('Q2 queries return the keys of the namespace', async () => {
    const below = new MemoryDatastore()
    const store = new NamespaceDatastore(below, key('/foo'))
    for (const text of ['/a/b', '/a/c', '/ab']) await store.put(key(text), value)
    await below.put(key('/a/elsewhere'), value)
    const found: string[] = []
    for await (const entry of store.query({ prefix: '/a', keysOnly: true })) found.push(entry.key.toString())
    expect(found).toEqual(['/a/b', '/a/c'])
  })

  it('D17 does not declare atomic batches where it makes them of single calls', () => {
    const below = new NullDatastore()
    expect(below.capabilities.batch).toBe('atomic')
    expect(new NamespaceDatastore(below, key('/foo')).capabilities.batch).toBe('ordered')
  })

  it('N1 D18 failures of whole levels name the keys of the caller', async () => {
    const offline = fault(new MemoryDatastore(), { isOffline: true })
    const spread = new KeyTransformDatastore(offline, nestedPath())
    for (const store of [
      new NamespaceDatastore(offline, key('/foo')),
      new NamespaceDatastore(spread, key('/foo')),
    ]) {
      await expectFailure(store.list(key('/a')), 'CONNECTION', key('/a'))
      await expectFailure(store.list(Key.root), 'CONNECTION', Key.root)
      await expectFailure(collect(store.query({ prefix: '/a' }, { scan: true })), 'CONNECTION', key('/a'))
      await expectFailure(store.stats(), 'CONNECTION', Key.root)
    }
  })
})
