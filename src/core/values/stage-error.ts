/** Why bytes are not what a stage expects, or why a text cannot be encoded. The message is a clause: "not UTF-8 at byte 3". */
export class StageError extends Error {
  override name = 'StageError'
}

/** A problem at a place of a notation, in UTF-16 code units. */
export class NotationError extends StageError {
  override name = 'NotationError'
  readonly from: number
  readonly to: number

  constructor(message: string, from: number, to: number) {
    super(message)
    this.from = from
    this.to = to
  }
}
