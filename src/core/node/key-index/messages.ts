import type { LevelPage } from '../../key-index/key-index.ts'
import type { LevelOptions } from '../../key-index/level-cursor.ts'
import type { KeySearchOptions, SearchProgress } from '../../key-index/search/key-search.ts'

/** What is known of an index while it grows. */
export interface KeyIndexState {
  /** Keys so far. Until `isComplete`, one that came again may be counted again. */
  readonly size: number
  /** Whether all keys are there and have numbers. */
  readonly isComplete: boolean
  /** Bytes that the keys take. */
  readonly byteLength: number
}

type Packed = Uint8Array<ArrayBuffer>

/** The calls of an index in its worker: what they take, and what they answer. */
export interface KeyIndexCalls {
  /** Answered when there is room for more. */
  add(packed: Packed): undefined
  remove(packed: Packed): undefined
  filled(): undefined
  state(): KeyIndexState
  has(key: Uint8Array): boolean
  level(of: Uint8Array, options: LevelOptions): LevelPage
  rows(from: number, count: number): Packed | undefined
  rowOf(key: Uint8Array): number | undefined
}

type CallName = keyof KeyIndexCalls

/** What the worker is told. `id` tells calls and searches apart. */
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

/** What the worker tells. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly progress: SearchProgress }
  | { readonly id: number; readonly error: Error }
