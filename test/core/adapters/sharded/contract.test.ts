import { describe, it } from 'vitest'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore, PutOptions, PutResult, ValueSource } from '../../../../src/core/datastore.ts'
import { hasCode } from '../../../../src/core/errors.ts'
import type { Key } from '../../../../src/core/key.ts'
import type { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDelete } from '../../../../src/testkit/delete-rename.ts'
import { describeGetPut } from '../../../../src/testkit/get-put.ts'
import { describeList } from '../../../../src/testkit/list.ts'
import { describeListPaging } from '../../../../src/testkit/list-paging.ts'
import { describeModel } from '../../../../src/testkit/model.ts'
import { Suite } from '../../../../src/testkit/suite.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'
import { memories } from './shards.ts'

type Three = [MemoryDatastore, MemoryDatastore, MemoryDatastore]

/** A store that is always between two lists of shards: each put reverses the reshard, which moves no key. */
class UnsettledDatastore extends ShardedDatastore {
  readonly #lists: readonly [readonly BinaryDatastore[], readonly BinaryDatastore[]]
  #turns = 0

  constructor(lists: readonly [readonly BinaryDatastore[], readonly BinaryDatastore[]]) {
    super(lists[0])
    this.#lists = lists
    this.turn()
  }

  turn(): void {
    const stopped = new AbortController()
    this.reshard(this.#lists[++this.#turns % 2 === 0 ? 0 : 1], { signal: stopped.signal }).catch(
      () => undefined,
    )
    stopped.abort()
  }

  override put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    const put = super.put(key, value, options)
    this.turn()
    return put
  }
}

/** A store where each put starts a reshard in the other direction, so that later calls run while keys move. */
class RestlessDatastore extends ShardedDatastore {
  readonly #lists: readonly [readonly BinaryDatastore[], readonly BinaryDatastore[]]
  #turns = 0

  constructor(lists: readonly [readonly BinaryDatastore[], readonly BinaryDatastore[]]) {
    super(lists[0])
    this.#lists = lists
  }

  override put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    const put = super.put(key, value, options)
    this.reshard(this.#lists[++this.#turns % 2 === 0 ? 0 : 1]).catch((error: unknown) => {
      if (!hasCode(error, 'CLOSED') && !hasCode(error, 'CONFLICT')) throw error
    })
    return put
  }
}

describeDatastore('ShardedDatastore between two lists', {
  create: async () => {
    const [a, b, c] = memories(3) as Three
    return new UnsettledDatastore([
      [a, b],
      [c, a, b],
    ])
  },
})
// A moved key has a new etag and new times, so only tests that ignore these run.
describe('ShardedDatastore during repeated reshards', async () => {
  const suite = await Suite.of<Uint8Array>(
    {
      create: async () => {
        const [a, b, c] = memories(3) as Three
        return new RestlessDatastore([
          [a, b],
          [c, b],
        ])
      },
    },
    { describe, it },
  )
  describeGetPut(suite)
  describeDelete(suite)
  describeList(suite)
  describeListPaging(suite)
  describeModel(suite)
})
describeDatastore('ShardedDatastore after a reshard', {
  create: async () => {
    const sharded = new ShardedDatastore(memories(2))
    await sharded.reshard(memories(3), { by: 'suffix' })
    return sharded
  },
  runs: 10,
})
describeDatastore('ShardedDatastore by next-to-last', {
  create: async () => new ShardedDatastore(memories(3), { by: 'next-to-last' }),
  runs: 10,
})
describeDatastore('ShardedDatastore by a prefix of one character', {
  create: async () => new ShardedDatastore(memories(3), { by: '/repo/flatfs/shard/v1/prefix/1' }),
  runs: 10,
})
