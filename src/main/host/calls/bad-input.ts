/** A call whose arguments make no sense; crosses as `BAD_INPUT`. The message says the action, then what is wrong. */
export class BadInputError extends Error {
  override name = 'BadInputError'
}
