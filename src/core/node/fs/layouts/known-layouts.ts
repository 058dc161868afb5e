import type { FlatfsShard } from '../../../hash/flatfs-shard.ts'
import type { Layout, LayoutName } from '../layout.ts'
import { flatfsLayout } from './flatfs.ts'
import { plainLayout } from './plain.ts'
import { strataLayout } from './strata.ts'
import { datastoreFsLayout, pyDatastoreLayout } from './suffixed.ts'

/** Everything that a layout can depend on beside its name. */
interface LayoutDetails {
  readonly extension?: string | undefined
  readonly shard: FlatfsShard
}

const LAYOUTS: Readonly<Record<LayoutName, (details: LayoutDetails) => Layout>> = {
  strata: () => strataLayout,
  plain: () => plainLayout(),
  flatfs: ({ shard }) => flatfsLayout(shard),
  'datastore-fs': ({ extension }) => datastoreFsLayout(extension),
  'py-datastore': ({ extension }) => pyDatastoreLayout(extension),
}

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as readonly LayoutName[]

/** Layouts whose values have an extension that can be chosen. */
export const WITH_EXTENSION: readonly LayoutName[] = ['datastore-fs', 'py-datastore']

export function isLayoutName(name: string): name is LayoutName {
  return Object.hasOwn(LAYOUTS, name)
}

export function layoutOf(name: LayoutName, details: LayoutDetails): Layout {
  return LAYOUTS[name](details)
}
