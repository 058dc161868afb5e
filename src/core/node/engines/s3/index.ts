// The entry `strata/engines/s3` of the package.

export type { ProgramContext as S3Context } from '../../connect/server-context.ts'
export { s3Kind } from '../../kinds/s3.ts'
export type { S3Options } from './options.ts'
export { S3Datastore } from './s3-datastore.ts'
