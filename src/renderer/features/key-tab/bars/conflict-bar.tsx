import { Button } from '../../../ui/button.tsx'
import type { Conflict, OpenValue } from '../model/document-state.ts'
import { LOAD_ALL_LIMIT } from '../model/read-value.ts'
import type { ValueModel } from '../model/value-model.ts'
import type { TabMode } from '../tab-mode.ts'
import styles from './bars.module.css'

export interface ConflictBarProps {
  readonly model: ValueModel
  readonly open: OpenValue
  readonly conflict: Conflict
  readonly isLocked: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
}

/** Somebody else was at the value: nothing is written before the person has chosen. */
export function ConflictBar({ model, open, conflict, isLocked, mode, onMode }: ConflictBarProps) {
  const name = JSON.stringify(model.address.key)
  const isFile = model.transfers.refusedFile !== undefined
  const cannotWrite = isLocked || open.isPutting
  if (conflict.type === 'deleted') {
    return (
      <div role="alert" className={`${styles['bar']} ${styles['warning']}`}>
        <span className={styles['words']}>{name} was deleted while you were editing it.</span>
        <span className={styles['buttons']}>
          <Button variant="quiet" isDisabled={cannotWrite} onPress={() => void model.keepMine()}>
            Put as new
          </Button>
          <Button variant="quiet" onPress={() => void model.useTheirs()}>
            Drop the edits
          </Button>
        </span>
      </div>
    )
  }
  const canMerge = !isFile && conflict.theirs.size <= LOAD_ALL_LIMIT
  return (
    <div role="alert" className={`${styles['bar']} ${styles['warning']}`}>
      <span className={styles['words']}>{name} was changed by somebody else since it was opened here.</span>
      <span className={styles['buttons']}>
        <Button variant="quiet" onPress={() => void model.useTheirs()}>
          Use theirs
        </Button>
        <Button variant="quiet" isDisabled={cannotWrite} onPress={() => void model.keepMine()}>
          {isFile ? 'Replace anyway' : 'Keep mine'}
        </Button>
        {canMerge && (
          <Button
            variant="quiet"
            isDisabled={cannotWrite}
            aria-pressed={mode === 'merge'}
            onPress={() => onMode(mode === 'merge' ? 'edit' : 'merge')}
          >
            Merge
          </Button>
        )}
      </span>
    </div>
  )
}
