import type { Layout } from '../layout.ts'
import { suffixedLayout } from './suffixed.ts'

/** The layout of `datastore-fs` 12 (js-stores): the value of `/a/b` is the file `a/b.data`. */
export function datastoreFsLayout(extension = '.data'): Layout {
  return suffixedLayout({ name: 'datastore-fs', extension })
}
