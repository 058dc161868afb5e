// The entry `strata/engines/etcd` of the package.

export type { ProgramContext as EtcdContext } from '../../connect/server-context.ts'
export { etcdKind } from '../../kinds/etcd.ts'
export { EtcdDatastore, type EtcdOptions } from './etcd-datastore.ts'
