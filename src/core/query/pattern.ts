import { RE2JS } from 're2js'

/** A compiled regular expression. */
export interface Pattern {
  /** Whether it is found anywhere in `text`, in time linear in the text. */
  test(text: string): boolean
}

/**
 * Compiles a regular expression for matching in linear time (source: Cox, "Regular Expression Matching Can Be Simple And
 * Fast", 2007). JavaScript's own backtracks: `^/(a+)+$` takes time exponential in the text.
 * @throws Error for what RE2 lacks: look-around, back-references, repetitions over 1000.
 */
export function patternOf(expression: string): Pattern {
  return RE2JS.compile(RE2JS.translateRegExp(expression))
}
