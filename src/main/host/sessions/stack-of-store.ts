import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { OpenedStack } from './opened-stack.ts'

/** The stack of a store that a program made by itself. Its document says that it is there, not how to open it. */
export function stackOfStore(name: string, store: BinaryDatastore): OpenedStack {
  const root = { kind: 'given', id: 'store', label: name }
  return {
    name,
    store,
    document: { strata: 1, name, root },
    nodes: [{ ...root, path: 'root', depth: 0, store, children: [] }],
  }
}
