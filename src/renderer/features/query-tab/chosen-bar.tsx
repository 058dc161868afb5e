import { Copy, FolderInput, Trash2, X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import type { ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import { MAX_CHOSEN_KEYS } from '../../ui/keys/key-selection.ts'
import { formatNumber } from '../../ui/text/format.ts'
import styles from './query-tab.module.css'

/** How many hits are chosen, and what is done to them. Nothing while one row alone is. */
export function ChosenBar({
  count,
  rows,
  isReadOnly,
  onAct,
  onNone,
}: {
  readonly count: number
  readonly rows: number
  readonly isReadOnly: boolean
  readonly onAct: (action: ManyKeyAction) => void
  readonly onNone: () => void
}) {
  if (count === 0) return null
  const isCut = count === MAX_CHOSEN_KEYS && rows > MAX_CHOSEN_KEYS
  return (
    <div role="group" aria-label="Chosen keys" className={styles['chosen']}>
      <p role="status" className={styles['facts']}>
        <b>{formatNumber(count)} chosen</b>{' '}
        {isCut && (
          <span className={styles['dim']}>of {formatNumber(rows)}: no more can be chosen at once</span>
        )}
      </p>
      <Button variant="quiet" onPress={() => onAct('copy')}>
        <Copy size={13} aria-hidden /> Copy
      </Button>
      <Button variant="quiet" isDisabled={isReadOnly} onPress={() => onAct('move')}>
        <FolderInput size={13} aria-hidden /> Copy or move to…
      </Button>
      <Button variant="danger" isDisabled={isReadOnly} onPress={() => onAct('delete')}>
        <Trash2 size={13} aria-hidden /> Delete…
      </Button>
      <Button variant="quiet" onPress={onNone}>
        <X size={13} aria-hidden /> Choose none
      </Button>
    </div>
  )
}
