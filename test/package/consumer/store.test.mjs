// The suite on a store of one's own, with node:test. Arguments: what the store does wrong, if anything.
import { describe, it } from 'node:test'
import { InterceptedDatastore, MemoryDatastore } from 'strata/core'
import { describeDatastore } from 'strata/testkit'

/** Counts its calls and passes them on. */
class CountingDatastore extends InterceptedDatastore {
  calls = 0

  around(call, run) {
    this.calls++
    return run(call.options)
  }

  aroundStream(call, run) {
    this.calls++
    return run(call.options)
  }
}

/** Denies that it has what it has. */
class ForgetfulDatastore extends CountingDatastore {
  async has() {
    return false
  }
}

const Store = process.env.STORE === 'forgetful' ? ForgetfulDatastore : CountingDatastore
describeDatastore(
  'CountingDatastore',
  { create: async () => new Store(new MemoryDatastore()) },
  { describe, it },
)
