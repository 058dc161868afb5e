import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'

describeDatastore('MemoryDatastore', { create: async () => new MemoryDatastore(), runs: 100 })
