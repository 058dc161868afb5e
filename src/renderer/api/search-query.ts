import type { Condition, Query } from '../../core/query/query.ts'
import type { KeySearch } from '../../shared/procedures/search.ts'

/** The query that finds the keys that a search finds. */
export function queryOfSearch({ kind, text }: Pick<KeySearch, 'kind' | 'text'>): Query {
  const op = { substring: 'contains', glob: 'glob', regex: 'matches', fuzzy: 'matches' } as const
  const values =
    kind === 'fuzzy'
      ? text
          .split(/\s+/)
          .filter(word => word !== '')
          .map(lettersOf)
      : [text]
  const and = values.map((value): Condition => ({ field: 'key', op: op[kind], value, ignoreCase: true }))
  return { where: { and }, limit: 10_000 }
}

/** An expression for the characters of a word in their order. */
function lettersOf(word: string): string {
  return Array.from(word, letter => letter.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')).join('.*')
}
