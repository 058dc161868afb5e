import type { Layout, LayoutName } from '../layout.ts'
import { plainLayout } from './plain.ts'
import { strataLayout } from './strata.ts'

const LAYOUTS: Readonly<Record<LayoutName, Layout>> = { strata: strataLayout, plain: plainLayout() }

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as readonly LayoutName[]

export function layoutNamed(name: string): Layout | undefined {
  return Object.hasOwn(LAYOUTS, name) ? LAYOUTS[name as LayoutName] : undefined
}
