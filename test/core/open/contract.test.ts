import { Datastore } from '../../../src/core/open/datastore.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'
import { MapStore, SlowStore } from './map-store.ts'

describeDatastore('a store in four calls', { create: async () => new Datastore(new MapStore()) })
describeDatastore('a slow store in four calls', { create: async () => new Datastore(new SlowStore()) })
