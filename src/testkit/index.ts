export { describeDatastore } from './describe-datastore.ts'
export { type DriverSuiteOptions, describeOrderedDriver } from './describe-ordered-driver.ts'
export type { SuiteOptions, TestRunner } from './suite.ts'
