import { Key } from '../../../src/core/key.ts'
import { lengthOf } from '../values.ts'
import type { Operation } from './operation.ts'
import type { Outcome } from './perform.ts'
import { READS_POSSIBLE, type Verdict } from './verdict.ts'

/** Computes from a listing the possible keys on its level and below it. */
export function judgeList(
  verdict: Verdict,
  { key: prefix, reverse }: Extract<Operation, { verb: 'list' }>,
  outcome: Outcome,
): void {
  const { children, isPartial } = outcome
  if (children === undefined) return void verdict.isRefused(outcome, [])
  const { state } = verdict
  const names = children.map(child => child.name)
  const sorted = [...new Set(names)].sort()
  if (reverse) sorted.reverse()
  state.ledger.hold(
    'a level is listed in order, each name once',
    names.join('\n') === sorted.join('\n'),
    () => names.join(' '),
  )
  for (const { key, isValue, isBranch, size } of children) {
    const text = key.toString()
    if (isValue) {
      state.adopt(key)
      state.isPresent(READS_POSSIBLE, text, 'was listed')
      if (size !== undefined)
        state.narrow(
          READS_POSSIBLE,
          text,
          serial => serial === 0 || lengthOf(serial) === size,
          `was listed with ${size} bytes`,
        )
    } else state.isAbsent(READS_POSSIBLE, text, 'was listed as a mere branch')
    const isExplained = !isBranch || verdict.excuses.showsEmptyBranches || state.mayHaveBelow(text)
    state.ledger.hold('a branch has keys below', isExplained, () => `${text} was listed as a branch`)
    if (!isBranch && isPartial !== true)
      for (const below of state.below(text)) state.isAbsent(READS_POSSIBLE, below, 'was below no branch')
  }
  // Keys that were not found yet may exist.
  if (isPartial === true) return
  const depth = Key.parse(prefix).depth
  const listed = new Set(names)
  for (const below of state.below(prefix)) {
    if (!listed.has(Key.parse(below).segments[depth] ?? ''))
      state.isAbsent(READS_POSSIBLE, below, `was not listed below ${prefix}`)
  }
}

/** Computes from the result of a query the possible keys below its prefix. */
export function judgeQuery(verdict: Verdict, prefix: string, outcome: Outcome): void {
  const { state } = verdict
  const { entries } = outcome
  if (entries === undefined) return void verdict.isRefused(outcome, [])
  const keys = entries.map(entry => entry.key)
  const isSorted = keys.every(
    (key, index) => index === 0 || Key.compare(keys[index - 1] ?? Key.root, key) < 0,
  )
  state.ledger.hold('an answer is in key order', isSorted, () => keys.join(' '))
  for (const { key, value } of entries) {
    state.adopt(key)
    verdict.sees(key.toString(), value ?? new Uint8Array())
  }
  const found = new Set(keys.map(String))
  for (const below of state.below(prefix)) {
    if (!found.has(below)) state.isAbsent(READS_POSSIBLE, below, `was no answer to a query below ${prefix}`)
  }
}
