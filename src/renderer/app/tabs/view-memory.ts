import { splitSegment } from '../../../core/key.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import { sourceName } from '../../api/host-storage.ts'
import type { View } from './tab.ts'

/**
 * The pattern of keys that share a view: an extension (`*.json`, `*.cbor.gz`), a type (`Actor:*`), or else the level
 * (`/users/*`).
 */
export function viewPattern(key: string): string {
  const slash = key.lastIndexOf('/')
  const name = key.slice(slash + 1)
  const ending = /[^.]((?:\.[a-z][a-z0-9]{0,7})?\.[a-z0-9]{1,8})$/i.exec(name)?.[1]
  if (ending !== undefined) return `*${ending.toLowerCase()}`
  const { type } = splitSegment(name)
  return type === '' ? `${key.slice(0, slash)}/*` : `${type}:*`
}

/** How the keys of one stack are shown. Views of before stacks had their own hold for all. */
export function rememberedView(views: Readonly<Record<string, string>>, source: Source, key: string): View {
  return views[nameOf(source, key)] ?? views[viewPattern(key)] ?? 'auto'
}

export function withView(
  views: Readonly<Record<string, string>>,
  source: Source,
  key: string,
  view: View,
): Record<string, string> {
  const forgotten = [nameOf(source, key), viewPattern(key)]
  const others = Object.entries(views).filter(([other]) => !forgotten.includes(other))
  return Object.fromEntries(view === 'auto' ? others : [...others, [nameOf(source, key), view]])
}

function nameOf(source: Source, key: string): string {
  return `${viewPattern(key)} in ${sourceName(source)}`
}
