// Both entries export the names for Node if TypeScript resolves modules as Node does.
import { describe, it } from 'node:test'
import { FsDatastore as FromCore, type Key } from 'strata/core'
import { FsDatastore } from 'strata/node'
import { describeDatastore, type SuiteOptions } from 'strata/testkit'

export const isSame: boolean = FromCore === FsDatastore
export const keyOf = (key: Key): string => key.toString()
const options: SuiteOptions<Uint8Array> = { create: () => FsDatastore.open('data') }
describeDatastore('FsDatastore', options, { describe, it })
