// The entry `strata/engines/etcd` of the package.
export { etcdKind } from '../../kinds/etcd.ts'
export { EtcdDatastore } from './etcd-datastore.ts'
export type { EtcdContext, EtcdOptions } from './options.ts'
