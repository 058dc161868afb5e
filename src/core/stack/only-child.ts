import type { BinaryDatastore } from '../datastore.ts'
import { ConfigError } from './config-error.ts'

/** The store below a node of one child. */
export function onlyChild(children: readonly BinaryDatastore[], path: string): BinaryDatastore {
  const [store] = children
  if (store === undefined) throw new ConfigError(path, 'it needs one store below')
  return store
}
