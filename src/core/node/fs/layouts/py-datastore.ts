import type { Layout } from '../layout.ts'
import { suffixedLayout } from './suffixed.ts'

/** Where py-datastore keeps its count of bytes, when it is told to count. */
const STATISTICS: readonly string[] = ['diskusage.data']

/**
 * The layout of py-datastore: the value of `/a/b` is `a/b.data`, or `a/b.obj` in its releases up to 0.3. It wrote
 * `/a:b` to the very same file; here a segment with `:` is refused, so that each file has one key.
 */
export function pyDatastoreLayout(extension = '.data'): Layout {
  return suffixedLayout({
    name: 'py-datastore',
    extension,
    reserved: STATISTICS,
    problemOf: segment =>
      segment.includes(':')
        ? `py-datastore keeps ${JSON.stringify(segment)} and ${JSON.stringify(segment.replaceAll(':', '/'))} in ` +
          'one file: only the name with "/" is taken'
        : undefined,
  })
}
