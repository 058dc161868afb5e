import { splitSegment } from '../../../core/key.ts'
import type { View } from './tab.ts'

/**
 * The pattern of keys that share a view: an extension (`*.json`), a type (`Actor:*`), or else the level (`/users/*`).
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
  const pattern = viewPattern(key)
  const others = Object.entries(views).filter(([other]) => other !== pattern)
  return Object.fromEntries(view === 'auto' ? others : [...others, [pattern, view]])
}
