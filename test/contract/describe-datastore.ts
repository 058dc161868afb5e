import { describe, it } from 'vitest'
import { describeDatastore as describeWith } from '../../src/testkit/describe-datastore.ts'
import type { SuiteOptions } from '../../src/testkit/suite.ts'

/** The suite of `strata/testkit`, run by vitest. */
export function describeDatastore<V = Uint8Array>(name: string, options: SuiteOptions<V>): void {
  describeWith(name, options, { describe, it })
}
