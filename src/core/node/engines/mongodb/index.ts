// The entry `strata/engines/mongodb` of the package.

export type { ProgramContext as MongoContext } from '../../connect/server-context.ts'
export { mongodbKind } from '../../kinds/mongodb.ts'
export { MongoDatastore, type MongoOptions } from './mongo-datastore.ts'
