import { expect, it } from 'vitest'
import { seeTheSame } from '../../../src/core/adapters/see-the-same.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

it('D13 nothing of a probe stays when the call is aborted after it was put', async () => {
  const abort = new AbortController()
  class AbortingDatastore extends MemoryDatastore {
    override async has(): Promise<boolean> {
      abort.abort()
      return false
    }
  }
  const [one, other] = [new AbortingDatastore(), new MemoryDatastore()]
  const key = Key.parse('/a')
  const asked = seeTheSame({ store: one, key }, { store: other, key }, new Uint8Array(), abort)
  expect(await asked).toBe(false)
  expect(await other.stats()).toMatchObject({ entries: 0 })
})
