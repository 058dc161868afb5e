import type { ErrorCode } from '../../../src/core/errors.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { hasKind, nodesOf } from '../stacks/nodes.ts'

/** What may excuse a failure. */
export interface Excuses {
  /** The call's signal fired. */
  readonly isAborted: boolean
  /** Faults were on while the call ran. */
  readonly isFaulty: boolean
  /** The call may have been made again after an attempt that happened. */
  readonly isRepeated: boolean
  /** What the stack may refuse by its nature: a read-only node writes, a mount its own mount points. */
  readonly refusals: ReadonlySet<ErrorCode>
  /** Files may be where folders should be, and the other way round. */
  readonly hasPlainFiles: boolean
  /** A level may show branches with nothing below: mount points, and folders as they are. */
  readonly showsEmptyBranches: boolean
}

/** What a stack is excused for by its nature, while no call is aborted and nothing fails. */
export function excusesFor(root: StackNodeDocument): Excuses {
  const hasMount = hasKind(root, 'mount')
  const hasPlainFiles = nodesOf(root).some(node => node.kind === 'git' || node['layout'] === 'plain')
  const refusals: ErrorCode[] = []
  if (hasKind(root, 'read-only')) refusals.push('READ_ONLY')
  // A mount point is the root of what is mounted there, which holds no value.
  if (hasMount) refusals.push('KEY_INVALID')
  return {
    isAborted: false,
    isFaulty: false,
    isRepeated: false,
    refusals: new Set(refusals),
    hasPlainFiles,
    showsEmptyBranches: hasMount || hasPlainFiles,
  }
}
