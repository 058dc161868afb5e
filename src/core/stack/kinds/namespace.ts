import { z } from 'zod'
import { NamespaceDatastore } from '../../adapters/namespace.ts'
import { messageOf } from '../../errors.ts'
import { Key } from '../../key.ts'
import { ConfigError } from '../config-error.ts'
import { defineKind, onlyChild } from '../kind.ts'

export const namespaceKind = defineKind({
  kind: 'namespace',
  label: 'Namespace',
  help: 'Shows the keys below one key of a store as a separate store.',
  schema: z.strictObject({
    prefix: z.string().min(1, 'it needs a key such as /app').describe('All keys are stored below this key.'),
  }),
  children: 'one',
  childrenField: 'store',
  isStateless: true,
  open: async ({ prefix }, children, { path }) => {
    try {
      return new NamespaceDatastore(onlyChild(children, path), Key.parse(prefix))
    } catch (cause) {
      throw new ConfigError(`${path}.prefix`, messageOf(cause), { cause })
    }
  },
})
