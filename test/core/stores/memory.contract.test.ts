import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'

describeDatastore('MemoryDatastore', {
  create: async () => new MemoryDatastore(),
  beside: async store => new Datastore(openStoreOf(store).store),
  runs: 100,
})
