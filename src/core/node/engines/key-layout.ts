import { sha256Hex } from './digest.ts'

/** How keys stand in an engine. */
export interface KeyLayoutOptions {
  /**
   * `strata` holds every key, in the engine's order. `path` shows what other programs wrote: text with a separator, and
   * values as they are. Default: what is found; `strata` in an empty place.
   */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: what divides the segments. Default `/`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether keys begin with the separator. Default: where it is `/`. */
  readonly leading?: boolean | undefined
  /** Layout `path`: what every key begins with; others are not shown. */
  readonly prefix?: string | undefined
}

/** The same for an ordered store. */
export function layoutOptionsOf({
  layout,
  separator,
  leading,
  prefix,
}: KeyLayoutOptions): KeyLayoutOptions & {
  readonly digest: (bytes: Uint8Array) => string
} {
  return { layout, separator, leading, prefix, digest: sha256Hex }
}
