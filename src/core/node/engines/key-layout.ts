import * as crypto from 'node:crypto'

/** How keys are stored in an engine. */
export interface KeyLayoutOptions {
  /**
   * `strata` holds every key, in the engine's order. `path` shows what other programs wrote: text with a separator, and
   * plain values. Default: detected; `strata` in an empty place.
   */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: the text between segments. Default `/`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether keys begin with the separator. Default: if it is `/`. */
  readonly leading?: boolean | undefined
  /** Layout `path`: the common beginning of all keys; others are not shown. */
  readonly prefix?: string | undefined
}

/** The same options for `openOrdered`. */
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

/** Node's one-shot hash, which some versions lack. */
const { hash } = crypto as { readonly hash?: (algorithm: string, bytes: Uint8Array) => string }

/** SHA-256 in hex. */
function sha256Hex(bytes: Uint8Array): string {
  return hash === undefined ? crypto.createHash('sha256').update(bytes).digest('hex') : hash('sha256', bytes)
}
