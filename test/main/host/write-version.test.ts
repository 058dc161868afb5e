import { expect, it } from 'vitest'
import { failure } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { openStoreOf } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { putOptionsOf, statOfWrite } from '../../../src/main/host/transfers/write-version.ts'

const key = Key.of('a')

/** A store whose connection is lost once a value was put. */
async function lostStore() {
  const store = new MemoryDatastore()
  const written = await store.put(key, new Uint8Array(3))
  openStoreOf(store).store.stat = () => Promise.reject(failure('CONNECTION', 'stat', key, 'it is gone'))
  return { store, written }
}

it('E101 a put that fails while reading the replaced value fails as a put', async () => {
  const { store } = await lostStore()
  const { signal } = new AbortController()
  await expect(putOptionsOf(store, key, { keepExpiry: true }, signal)).rejects.toMatchObject({
    code: 'CONNECTION',
    message: 'Cannot put "/a": it is gone',
  })
})

it('E101 a completed put is reported as done, although the store is lost after it', async () => {
  const { store, written } = await lostStore()
  expect(await statOfWrite(store, key, written, 3)).toEqual({ size: 3, etag: written.etag })
})
