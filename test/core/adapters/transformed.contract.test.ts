import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { TransformedDatastore } from '../../../src/core/adapters/transformed.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { aesGcm } from '../../../src/core/serializers/aes-gcm.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore, openedAt } from '../../contract/describe-datastore.ts'
import { TempRoots } from '../node/fs/temp-root.ts'

const memory = () => new MemoryDatastore()
const roots = new TempRoots()
const freshKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const runs = 5

describeDatastore('TransformedDatastore by gzip', {
  create: async () => new TransformedDatastore(memory(), gzip),
  runs,
})
describeDatastore('TransformedDatastore by gzip over a folder', {
  ...openedAt(
    () => roots.make(),
    async path => new TransformedDatastore(await FsDatastore.open(path), gzip),
  ),
  destroy: () => roots.remove(),
  runs,
})
describeDatastore('TieredDatastore over gzip over aes-gcm over shards', {
  create: async () => {
    const sealed = new TransformedDatastore(
      new ShardedDatastore([memory(), memory()]),
      aesGcm(await freshKey()),
    )
    return new TieredDatastore([memory(), new TransformedDatastore(sealed, gzip)])
  },
  runs,
})
