// The entry `strata/engines/mongodb` of the package.
export { mongodbKind } from '../../kinds/mongodb.ts'
export { MongoDatastore } from './mongo-datastore.ts'
export type { MongoContext, MongoOptions } from './options.ts'
