import { expect, it } from 'vitest'
import { ForwardingDatastore } from '../../../src/core/adapters/forwarding.ts'
import type { PutResult } from '../../../src/core/datastore.ts'
import { failure } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { Call } from '../../../src/core/open/call.ts'
import { openStoreOf } from '../../../src/core/open/datastore.ts'
import { Payload } from '../../../src/core/open/payload.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

const key = Key.parse('/a/b')

class Refusing extends ForwardingDatastore<Uint8Array> {
  override put(): Promise<PutResult> {
    return Promise.reject(failure('CONFLICT', 'put', key, '"/a" is a file in this layout'))
  }
}

it('D18 a CONFLICT of a put without conditions is a failure, and says why', async () => {
  const open = openStoreOf(new Refusing(new MemoryDatastore()))
  const put = (call: Call) => open.write(key, Payload.lent(Uint8Array.of(1)), call)
  await expect(put(Call.plain)).rejects.toThrow('"/a" is a file in this layout')
  expect(await put(Call.from({ ifMatch: 'old' }))).toEqual({ refused: 'changed' })
})
