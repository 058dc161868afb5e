import type { Source } from '../../../shared/procedures/sessions.ts'
import { sourceName, type TextStorage } from '../../api/host-storage.ts'

/** The maximum number of remembered keys for each stack. */
const MAX_RECENT = 30

/** The keys of a stack whose values were opened recently, the last one first. */
export function recentKeys(storage: TextStorage, source: Source): readonly string[] {
  try {
    const saved: unknown = JSON.parse(storage.getItem(nameFor(source)) ?? '[]')
    return Array.isArray(saved) ? saved.filter(key => typeof key === 'string') : []
  } catch {
    return []
  }
}

export function rememberKey(storage: TextStorage, source: Source, key: string): void {
  const others = recentKeys(storage, source).filter(other => other !== key)
  storage.setItem(nameFor(source), JSON.stringify([key, ...others].slice(0, MAX_RECENT)))
}

function nameFor(source: Source): string {
  return `strata.recent-keys.${sourceName(source)}`
}
