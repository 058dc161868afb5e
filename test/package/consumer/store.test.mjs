// The suite on a store of one's own, with node:test. Environment: STORE names what the store does wrong, if anything.
import { describe, it } from 'node:test'
import { Datastore, Key, MINIMAL, pageOfKeys } from 'strata/core'
import { describeDatastore } from 'strata/testkit'

let stores = 0

/** Keeps values in a Map. */
class MapStore {
  info = { kind: 'map', id: `map:${++stores}` }
  capabilities = MINIMAL
  values = new Map()
  version = 0

  read(key) {
    return this.values.get(key.toString())
  }

  write(key, value) {
    const etag = `${this.info.id}.${++this.version}`
    this.values.set(key.toString(), { bytes: value.bytes, shared: true, etag })
    return { etag }
  }

  remove(key) {
    return this.values.delete(key.toString()) ? 'removed' : 'absent'
  }

  list(prefix, call) {
    return pageOfKeys([...this.values.keys()].map(Key.parse), prefix, call)
  }
}

/** Denies that it has what it has. */
class ForgetfulStore extends MapStore {
  has() {
    return false
  }
}

const Store = process.env.STORE === 'forgetful' ? ForgetfulStore : MapStore
describeDatastore('MapStore', { create: async () => new Datastore(new Store()) }, { describe, it })
