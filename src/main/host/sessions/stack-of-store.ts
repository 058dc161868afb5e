import { z } from 'zod'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { layered, TRANSPARENT } from '../../../core/layers/layer.ts'
import { defineKind } from '../../../core/stack/kind.ts'
import { Registry } from '../../../core/stack/registry.ts'
import { openDocument } from '../../../core/stack/running-stack.ts'
import type { Stack, StackHost } from '../../../core/stack/stack.ts'

/**
 * A stack around a store that a program opened itself. Its document only refers to the store. So it can be changed
 * while it runs, and the store closes when it leaves the stack.
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
    help: 'A store that the program made by itself.',
    schema: z.strictObject({}),
    children: 'none',
    open: async () => layered(store, TRANSPARENT),
  })
  const document = { strata: 1, name, root: { kind: 'given', id: 'store', label: name } }
  return openDocument(document, new Registry([...kinds, given]), host)
}
