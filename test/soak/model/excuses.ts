import type { ErrorCode } from '../../../src/core/errors.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { hasKind, nodesOf } from '../stacks/nodes.ts'

/** Expected reasons for a failure. */
export interface Excuses {
  /** The call's signal was aborted. */
  readonly isAborted: boolean
  /** Faults were on while the call ran. */
  readonly isFaulty: boolean
  /** The call may have been retried after an attempt that took effect. */
  readonly isRepeated: boolean
  /**
   * Failures that the kinds of a stack imply: a read-only node refuses writes, a mount its own mount points.
   */
  readonly refusals: ReadonlySet<ErrorCode>
  /** Files may be where folders should be, and the other way round. */
  readonly hasPlainFiles: boolean
  /** A level may show branches with nothing below: mount points, and plain folders. */
  readonly showsEmptyBranches: boolean
}

/** The failures that the kinds of a stack imply, while no call is aborted and nothing fails. */
export function excusesFor(root: StackNodeDocument): Excuses {
  const hasMount = hasKind(root, 'mount')
  const hasPlainFiles = nodesOf(root).some(node => node.kind === 'git' || node['layout'] === 'plain')
  const refusals: ErrorCode[] = []
  if (hasKind(root, 'read-only')) refusals.push('READ_ONLY')
  // A mount point is the root of the mounted store, which cannot hold a value.
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
