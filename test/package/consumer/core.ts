// Compiled without the types of Node: the declarations of the entry for every platform need none of them.
import { type BinaryDatastore, describeKinds, Key, MemoryDatastore, openStack } from 'strata/core'

export const store: BinaryDatastore = new MemoryDatastore()
export const key = Key.of('a')
export const kinds: readonly string[] = describeKinds().map(({ kind }) => kind)
export const stack = await openStack({ strata: 1, root: { kind: 'memory' } })
