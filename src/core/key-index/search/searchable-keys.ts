import type { Key } from '../../key.ts'
import type { KeySearchOptions, SearchProgress } from './key-search.ts'

/** A search below one key, or in all keys. */
export interface NameSearch extends Omit<KeySearchOptions, 'under'> {
  readonly under?: Key | undefined
}

/** The keys of a store in an index, which may still be filled. */
export interface SearchableKeys {
  /** Whether the index has every key. */
  readonly isComplete: boolean
  /**
   * Resolves when more keys are known: after `limit` milliseconds, or when all are.
   * @throws the failure of filling the index.
   */
  grown(limit: number, signal: AbortSignal): Promise<void>
  /**
   * Searches the keys as they are now. Keys are packed, as layout `strata` writes them. For `fuzzy`, each report has the
   * best keys so far, otherwise those found since the last one.
   */
  search(search: NameSearch, signal?: AbortSignal): AsyncIterable<SearchProgress>
}
