export { describeDatastore } from './describe-datastore.ts'
export type { SuiteOptions, TestRunner } from './suite.ts'
