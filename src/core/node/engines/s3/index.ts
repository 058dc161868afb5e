// The entry `strata/engines/s3` of the package.
export { s3Kind } from '../../kinds/s3.ts'
export type { S3Context, S3Options } from './options.ts'
export { S3Datastore } from './s3-datastore.ts'
export type { S3Version } from './s3-version.ts'
