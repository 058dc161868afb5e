/** Bytes as the hex view looks at them: perhaps not all of them are here yet. */
export interface HexSource {
  readonly size: number
  /** `undefined` for a byte that is not here, or past the end. */
  byteAt(offset: number): number | undefined
}
