import { formatExactBytes } from '../../ui/format-bytes.ts'
import type { JsonMistake } from './editor/json-lint.ts'
import styles from './key-tab.module.css'
import type { OpenValue } from './model/document-state.ts'
import { DRAFT_LIMITS } from './model/draft-store.ts'
import { chipsOf, type ShownAs, type ValueFacts } from './model/value-facts.ts'

export interface ChipLineProps {
  readonly shown: ShownAs
  readonly facts: ValueFacts
  readonly open: OpenValue
  readonly lock: string | undefined
  readonly mistake: JsonMistake | undefined
  /** Goes to the mistake. */
  readonly onMistake: () => void
}

/** How the bytes were read, and how it stands with the edits. */
export function ChipLine({ shown, facts, open, lock, mistake, onMistake }: ChipLineProps) {
  return (
    <div className={styles['chipLine']}>
      <ul aria-label="Decoding" className={styles['chips']}>
        {chipsOf(shown, facts).map(chip => (
          <li key={chip}>{chip}</li>
        ))}
      </ul>
      <span>{formatExactBytes(open.base.stat?.size ?? 0)}</span>
      {mistake !== undefined && (
        <button type="button" className={styles['mistake']} onClick={onMistake}>
          Line {mistake.line}, column {mistake.column}: {mistake.message}
        </button>
      )}
      <span role="status" className={styles['state']}>
        {stateOf(open, lock)}
      </span>
    </div>
  )
}

function stateOf({ isPutting, isDirty, base }: OpenValue, lock: string | undefined): string {
  if (isPutting) return 'Putting…'
  const isKept = base.bytes.length <= DRAFT_LIMITS.bytes
  const unsaved = isKept ? 'Unsaved changes' : 'Unsaved changes, too large to be kept as a draft'
  const edits = base.stat === undefined ? 'New, not put yet' : isDirty ? unsaved : ''
  return [lock, edits].filter(part => part !== undefined && part !== '').join(' · ')
}
