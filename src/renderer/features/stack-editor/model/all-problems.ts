import type { Problem } from '../../../../shared/procedures/stacks.ts'
import type { Draft } from './draft.ts'
import { ownChecks } from './own-checks.ts'
import { placementChanges } from './placement-changes.ts'
import { type PlacedProblem, placeProblem, placeSyntaxError } from './problem-places.ts'
import type { StackNode } from './stack-node.ts'

export interface KnownProblems {
  /** What the host finds wrong. */
  readonly found: readonly Problem[]
  /** Why the host could not open the stack. */
  readonly refused: Problem | undefined
  /** The stack that runs; absent for one that was never opened. */
  readonly running: StackNode | undefined
}

/** Everything to be said about a draft, errors before warnings. While it is no JSON, only that matters. */
export function allProblems(
  { text, error, good }: Draft,
  stack: StackNode | undefined,
  { found, refused, running }: KnownProblems,
): readonly PlacedProblem[] {
  if (error !== undefined) return [placeSyntaxError(error.message, error.offset, text)]
  if (good === undefined) return []
  const errors = unlike(found, refused)
  return [
    ...errors.map(problem => placeProblem(problem, 'error', good, stack)),
    ...[...ownChecks(good.root, stack), ...placementChanges(running, stack)].map(problem =>
      placeProblem(problem, 'warning', good, stack),
    ),
  ]
}

/** The refusal comes first, unless it is one of those found before. */
function unlike(found: readonly Problem[], refused: Problem | undefined): readonly Problem[] {
  if (refused === undefined) return found
  const isKnown = found.some(
    ({ path, message }) => path === refused.path && refused.message.endsWith(message),
  )
  return isKnown ? found : [refused, ...found]
}
