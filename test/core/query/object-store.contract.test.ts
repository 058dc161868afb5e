import { describeDatastore } from '../../contract/describe-datastore.ts'
import { type Json, ObjectStore } from './object-store.ts'

const samples: readonly Json[] = [
  null,
  false,
  0,
  '',
  { n: 1, name: 'b', tags: ['a', 'b'], deep: { er: 2 }, items: 1 },
  { n: 2, name: 'a', tags: [], items: 'a', key: { x: 1 } },
  ['a'],
  { n: '1', name: 4097, deep: null, constructor: true },
]

describeDatastore<Json>('an object store', { create: async () => new ObjectStore(), samples, runs: 60 })
