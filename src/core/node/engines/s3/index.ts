// The entry `strata/engines/s3` of the package.

export type { ProgramContext as S3Context } from '../../connect/server-context.ts'
export { s3Kind } from '../../kinds/s3.ts'
export { S3Datastore, type S3Options } from './s3-datastore.ts'
