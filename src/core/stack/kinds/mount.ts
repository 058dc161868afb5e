import { z } from 'zod'
import { MountDatastore } from '../../adapters/mount.ts'
import { messageOf } from '../../errors.ts'
import { Key } from '../../key.ts'
import { ConfigError } from '../config-error.ts'
import { defineKind } from '../kind.ts'

export const mountKind = defineKind({
  kind: 'mount',
  label: 'Mount',
  help: 'Combines stores into one tree, each at its own key. A key belongs to the deepest mount above it.',
  schema: z.strictObject({}),
  children: 'keyed',
  childrenField: 'mounts',
  isStateless: true,
  open: async (_options, stores, { path, childKeys }) => {
    const mounted = new MountDatastore<Uint8Array>()
    for (const [index, store] of stores.entries()) {
      const prefix = childKeys[index] ?? '/'
      try {
        mounted.mount(Key.parse(prefix), store)
      } catch (cause) {
        throw new ConfigError(`${path}.mounts[${JSON.stringify(prefix)}]`, messageOf(cause), { cause })
      }
    }
    return mounted
  },
})
