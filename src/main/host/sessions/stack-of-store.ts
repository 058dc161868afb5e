import { z } from 'zod'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { layered, TRANSPARENT } from '../../../core/layers/layer.ts'
import { defineKind } from '../../../core/stack/kind.ts'
import { Registry } from '../../../core/stack/registry.ts'
import { openDocument } from '../../../core/stack/running-stack.ts'
import type { Stack, StackHost } from '../../../core/stack/stack.ts'

/**
 * A stack around a store that a program opened itself. The document only refers to the store. So the stack can be
 * edited like any other, and the store is closed when it is removed from the stack.
 */
export function stackOfStore(
  name: string,
  store: BinaryDatastore,
  { kinds }: Registry,
  host: StackHost,
): Promise<Stack> {
  const given = defineKind({
    kind: 'given',
    label: 'Given',
    help: 'A store that the program opened itself.',
    schema: z.strictObject({}),
    children: 'none',
    open: async () => layered(store, TRANSPARENT),
  })
  const document = { strata: 1, name, root: { kind: 'given', id: 'store', label: name } }
  return openDocument(document, new Registry([...kinds, given]), host)
}
