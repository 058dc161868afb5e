import { splitSegment } from '../../../core/key.ts'
import type { View } from './tab.ts'

/**
 * The pattern of keys that are likely viewed alike: an ending (`*.json`), a type (`Actor:*`), or else the level
 * (`/users/*`).
 */
export function viewPattern(key: string): string {
  const slash = key.lastIndexOf('/')
  const name = key.slice(slash + 1)
  const ending = /[^.](\.[a-z0-9]{1,8})$/i.exec(name)?.[1]
  if (ending !== undefined) return `*${ending.toLowerCase()}`
  const { type } = splitSegment(name)
  return type === '' ? `${key.slice(0, slash)}/*` : `${type}:*`
}

export function rememberedView(views: Readonly<Record<string, string>>, key: string): View {
  const view = views[viewPattern(key)]
  return view === 'text' || view === 'json' || view === 'hex' ? view : 'auto'
}

export function withView(
  views: Readonly<Record<string, string>>,
  key: string,
  view: View,
): Record<string, string> {
  const { [viewPattern(key)]: _, ...others } = views
  return view === 'auto' ? others : { ...others, [viewPattern(key)]: view }
}
