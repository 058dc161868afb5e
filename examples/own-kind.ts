// A kind of your own: a node that stack documents may name, with options that are checked, described and edited in forms
// like those of the kinds that come with the library. The window takes the same registry: `createHost({ registry, … })`.
import { defineKind, Key, KeyTransformDatastore, nodeKinds, openStack, Registry } from 'strata/node'
import { z } from 'zod'

/** Puts keys below the day on which they were written: `/note` is `/2026-11-29/note` below. */
const dated = defineKind({
  kind: 'dated',
  label: 'Dated',
  help: 'Shows the keys of one day.',
  schema: z.strictObject({ day: z.iso.date().describe('The day, as 2026-11-29.') }),
  children: 'one',
  childrenField: 'store',
  open: async ({ day }, [store]) => {
    if (store === undefined) throw new Error('A node of children "one" is opened with one child')
    return new KeyTransformDatastore(store, {
      to: key => (key.isRoot ? key : Key.of(day, ...key.segments)),
      from: key => (key.segments[0] === day ? Key.of(...key.segments.slice(1)) : undefined),
    })
  },
})

export const registry = new Registry([...nodeKinds, dated])

const root = { kind: 'dated', day: '2026-11-29', store: { kind: 'memory', id: 'all' } }
await using stack = await openStack({ strata: 1, name: 'Today', root }, { registry })
await stack.store.put(Key.parse('/note'), new Uint8Array(1))
console.log((await stack.node('all').store.list(Key.root)).children[0]?.name) // → 2026-11-29

const wrong = { strata: 1, name: 'Today', root: { ...root, day: 'today' } }
console.log(await openStack(wrong, { registry }).catch((error: unknown) => String(error)))
// → ConfigError: root.day: Invalid ISO date
