import type { LevelPage } from '../../key-index/key-index.ts'
import type { LevelOptions } from '../../key-index/level-cursor.ts'
import type { KeySearchOptions, SearchProgress } from '../../key-index/search/key-search.ts'

/** The state of an index while it grows. */
export interface KeyIndexState {
  /** The number of keys so far. Until `isComplete`, repeated keys may be counted more than once. */
  readonly size: number
  /** Whether all keys are present and have row numbers. */
  readonly isComplete: boolean
  /** Bytes that the keys take. */
  readonly byteLength: number
}

type Packed = Uint8Array<ArrayBuffer>

/** The calls of an index in its worker: their arguments and results. */
export interface KeyIndexCalls {
  /** Answered when there is room for more. */
  add(packed: Packed): undefined
  remove(packed: Packed): undefined
  /** Answered once every key that was added can be read. */
  filled(): undefined
  state(): KeyIndexState
  has(key: Uint8Array): boolean
  level(of: Uint8Array, options: LevelOptions): LevelPage
  rows(from: number, count: number): Packed | undefined
  rowOf(key: Uint8Array): number | undefined
}

type CallName = keyof KeyIndexCalls

/** Messages to the worker. `id` identifies calls and searches. */
export type Request =
  | {
      [Name in CallName]: {
        readonly id: number
        readonly call: Name
        readonly args: Parameters<KeyIndexCalls[Name]>
      }
    }[CallName]
  | { readonly id: number; readonly call: 'search'; readonly options: KeySearchOptions }
  | { readonly id: number; readonly call: 'stop' }

/** Messages from the worker. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly progress: SearchProgress }
  | { readonly id: number; readonly error: Error }
