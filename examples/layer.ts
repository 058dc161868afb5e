// A layer: something done around every call of a store, here a limit to the number of writes.
import { DatastoreError, Key, type Layer, layered, MemoryDatastore } from 'strata/core'

/** Allows so many writes and no more. */
function quota(writes: number): Layer & { readonly left: number } {
  let left = writes
  return {
    name: 'quota',
    around(step, run) {
      const isWrite = step.verb === 'put' || step.verb === 'delete' || step.verb === 'rename'
      if (isWrite && left === 0) {
        throw new DatastoreError(
          'ACCESS_DENIED',
          `Cannot ${step.verb} "${step.key.toString()}": no writes are left`,
        )
      }
      if (isWrite) left--
      return run(step.call)
    },
    get left() {
      return left
    },
  }
}

const three = quota(3)
const store = layered(new MemoryDatastore(), three)
const byte = new Uint8Array(1)
await store.put(Key.parse('/a'), byte)
// A batch is made of calls like any other:
await store.batch().put(Key.parse('/b'), byte).delete(Key.parse('/a')).commit()
console.log(three.left) // → 0

const refused: unknown = await store.put(Key.parse('/c'), byte).catch((error: unknown) => error)
console.log(String(refused)) // → DatastoreError: Cannot put "/c": no writes are left
console.log((await store.get(Key.parse('/b'))).length) // → 1
