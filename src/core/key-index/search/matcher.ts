import { RE2JS } from 're2js'
import type { Leaf } from '../leaf.ts'
import { readName } from '../name-bytes.ts'
import { globPattern } from './glob.ts'
import { LazyDfa } from './lazy-dfa.ts'
import { nfaOf } from './nfa.ts'
import { anything, literal, sequence } from './pattern.ts'
import { regexPattern, UnsupportedExpression } from './regex.ts'
import { type IndexOf, SubstringMatcher } from './substring.ts'

export interface SearchText {
  /**
   * `substring`: the text anywhere in a key. `glob`: see `globPattern`. `regex`: a regular expression anywhere in a key.
   * `fuzzy`: the characters of each word in their order, best first.
   */
  readonly kind: 'substring' | 'glob' | 'regex' | 'fuzzy'
  readonly text: string
  /** Default false: upper and lower case match each other. */
  readonly isCaseSensitive?: boolean | undefined
}

/** Finds the matching keys of a leaf, in time linear in their bytes. */
export interface Matcher {
  /** Calls `hit` with the number of each key from `from` to `to` that matches. */
  match(leaf: Leaf, from: number, to: number, hit: (index: number) => void): void
}

/** @throws TypeError for an invalid pattern, or one that cannot be matched in linear time. */
export function matcherOf(
  {
    kind,
    text,
    isCaseSensitive = false,
  }: SearchText & { readonly kind: Exclude<SearchText['kind'], 'fuzzy'> },
  indexOf?: IndexOf,
): Matcher {
  const isCaseInsensitive = !isCaseSensitive
  switch (kind) {
    case 'substring':
      return (
        SubstringMatcher.of(text, isCaseInsensitive, indexOf) ??
        new LazyDfa(nfaOf(sequence(anything, literal(text, isCaseInsensitive))))
      )
    case 'glob':
      return new LazyDfa(nfaOf(globPattern(text, isCaseInsensitive)))
    case 'regex':
      return regexMatcher(text, isCaseInsensitive)
  }
}

function regexMatcher(text: string, isCaseInsensitive: boolean): Matcher {
  try {
    return new LazyDfa(nfaOf(regexPattern(text, isCaseInsensitive)))
  } catch (error) {
    if (error instanceof UnsupportedExpression || error instanceof SyntaxError)
      return new Re2Matcher(text, isCaseInsensitive, error)
    throw error
  }
}

/** For expressions that a finite automaton cannot match. It takes some microseconds for each key. */
class Re2Matcher implements Matcher {
  readonly #expression: RE2JS

  constructor(text: string, isCaseInsensitive: boolean, why: Error) {
    try {
      this.#expression = RE2JS.compile(text, isCaseInsensitive ? RE2JS.CASE_INSENSITIVE : 0)
    } catch (error) {
      const problem =
        why instanceof SyntaxError
          ? why.message
          : `it cannot be matched in linear time: ${(error as Error).message}`
      throw new TypeError(`Cannot search for ${JSON.stringify(text)}: ${problem}`, { cause: error })
    }
  }

  match({ bytes, offsets }: Leaf, from: number, to: number, hit: (index: number) => void): void {
    for (let index = from; index < to; index++)
      if (
        this.#expression
          .matcher(textOf(bytes, offsets[index] as number, (offsets[index + 1] as number) - 1))
          .find()
      )
        hit(index)
  }
}

/** The text of the key from `start` to `end`. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at <= end; at++) {
    const nameStart = at
    while (at < end && bytes[at] !== 0) at++
    text += `/${readName(bytes, nameStart, at)}`
  }
  return text
}
