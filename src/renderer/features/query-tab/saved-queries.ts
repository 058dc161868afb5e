import type { TextStorage } from '../../api/host-storage.ts'

/** Queries of one stack that outlive the page. */
export interface KeptQueries {
  /** By name, in the order of their names. */
  readonly saved: readonly SavedQuery[]
  /** Texts of the queries that were run lately, the last one first. */
  readonly recent: readonly string[]
}

export interface SavedQuery {
  readonly name: string
  readonly text: string
}

const MAX_RECENT = 20

/** @param source What names the stack in the storage. */
export function keptQueries(storage: TextStorage, source: string): KeptQueries {
  const kept = read(storage.getItem(nameFor(source)))
  const saved = Array.isArray(kept['saved']) ? kept['saved'].filter(isSaved) : []
  const recent = Array.isArray(kept['recent']) ? kept['recent'].filter(one => typeof one === 'string') : []
  return { saved, recent }
}

/** Saves a query; it takes the place of one of the same name. */
export function saveQuery(storage: TextStorage, source: string, query: SavedQuery): void {
  const { saved, recent } = keptQueries(storage, source)
  const others = saved.filter(({ name }) => name !== query.name)
  write(storage, source, {
    recent,
    saved: [...others, query].sort((a, b) => (a.name < b.name ? -1 : 1)),
  })
}

export function forgetQuery(storage: TextStorage, source: string, name: string): void {
  const { saved, recent } = keptQueries(storage, source)
  write(storage, source, { recent, saved: saved.filter(one => one.name !== name) })
}

export function rememberQuery(storage: TextStorage, source: string, text: string): void {
  const { saved, recent } = keptQueries(storage, source)
  write(storage, source, {
    saved,
    recent: [text, ...recent.filter(other => other !== text)].slice(0, MAX_RECENT),
  })
}

/** One line that distinguishes a query from others: its conditions and its prefix. */
export function queryLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 90 ? `${line.slice(0, 90)}…` : line
}

function write(storage: TextStorage, source: string, kept: KeptQueries): void {
  storage.setItem(nameFor(source), JSON.stringify(kept))
}

function read(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function isSaved(value: unknown): value is SavedQuery {
  const saved = value as Partial<SavedQuery> | null
  return typeof saved?.name === 'string' && typeof saved.text === 'string'
}

function nameFor(source: string): string {
  return `strata.queries.${source}`
}
