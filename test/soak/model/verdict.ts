import { serialIn } from '../values.ts'
import type { Excuses } from './excuses.ts'
import type { Outcome } from './perform.ts'
import type { PossibleState } from './possible-state.ts'

export const READS_POSSIBLE = 'a read gives a possible value'

/** The common part of checking single calls. */
export class Verdict {
  readonly state: PossibleState
  readonly excuses: Excuses

  constructor(state: PossibleState, excuses: Excuses) {
    this.state = state
    this.excuses = excuses
  }

  /**
   * Whether the call was refused and did nothing; false if it may have taken effect.
   * @throws Violation if the failure was not expected.
   */
  isRefused(
    { failed, message }: Pick<Outcome, 'failed' | 'message'>,
    may: readonly (Outcome['failed'] | false)[],
  ): boolean {
    if (failed === undefined) return false
    const { isAborted, isFaulty, refusals } = this.excuses
    const isUnknown =
      (failed === 'ABORTED' && isAborted) || ((failed === 'IO' || failed === 'CONNECTION') && isFaulty)
    const isExpected = may.includes(failed) || (failed !== 'broken' && refusals.has(failed))
    this.state.ledger.hold(
      'no failure without a cause',
      isUnknown || isExpected,
      () => `${failed}: ${message ?? 'the source of the caller'}`,
    )
    return !isUnknown
  }

  /** A read gave these bytes. */
  sees(key: string, bytes: Uint8Array): void {
    const serial = serialIn(bytes)
    this.state.narrow(
      READS_POSSIBLE,
      key,
      one => one !== 0 && one === serial,
      `was read as ${serial ?? 'none of the values'}`,
    )
  }

  /** The failure of a put if a file is in the way. */
  blocked(key: string): 'CONFLICT' | false {
    return this.excuses.hasPlainFiles && this.state.mayHaveKin(key) && 'CONFLICT'
  }
}
