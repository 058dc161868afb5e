// Edits that lose nothing although others edit too: etags for one key, transactions for several, and values that expire.
import { DatastoreError, json, Key, MemoryDatastore, serialized } from 'strata/core'

const store = serialized(new MemoryDatastore(), json)
const film = Key.parse('/films/Brazil')
await store.put(film, { year: 1985 })

// Read with the etag, write only what nobody changed since:
const { etag } = await store.stat(film)
await store.put(film, { year: 1985, director: 'Gilliam' }, { ifMatch: etag })
const late: unknown = await store
  .put(film, { year: 1986 }, { ifMatch: etag })
  .catch((error: unknown) => error)
console.log(late instanceof DatastoreError && late.code) // → CONFLICT

// Only if it is new, and only if it is there:
const taken: unknown = await store.put(film, {}, { replace: false }).catch((error: unknown) => error)
console.log(taken instanceof DatastoreError && taken.code) // → ALREADY_EXISTS
const absent: unknown = await store
  .put(Key.parse('/films/?'), {}, { create: false })
  .catch((error: unknown) => error)
console.log(absent instanceof DatastoreError && absent.code) // → NOT_FOUND

// Five that count at once lose no count: the work runs again where others changed what it read.
const count = Key.parse('/count')
await store.put(count, 0)
const add = () => store.transaction(async tx => tx.put(count, Number(await tx.get(count)) + 1))
await Promise.all(Array.from({ length: 5 }, add))
console.log(await store.get(count)) // → 5

// A claim on a job that nobody has to give back:
const claim = Key.parse('/claims/job-1')
await store.put(claim, 'worker 1', { replace: false, ttl: 50 })
console.log(await store.has(claim)) // → true
await new Promise(resolve => setTimeout(resolve, 100))
console.log(await store.has(claim)) // → false
