import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { formatBytes } from '../../ui/format-bytes.ts'
import { formatNumber } from '../../ui/format-count.ts'
import { attempt } from '../actions/failures.ts'
import { deleteBranch, deleteValue } from '../actions/key-actions.ts'
import type { Services } from '../services.ts'
import type { DeleteTarget } from './dialog-store.ts'
import styles from './dialogs.module.css'
import { type BranchCount, useBranchCount } from './use-branch-count.ts'
import { useFirstNames } from './use-first-names.ts'

interface DeleteDialogProps {
  readonly services: Services
  readonly target: DeleteTarget
  readonly onClose: () => void
}

/** Children that are listed by name. */
const MAX_NAMES = 8

/** Asks before a key or a branch is deleted, and says what goes. */
export function DeleteDialog({ services, target, onClose }: DeleteDialogProps) {
  const { session, key, isValue, isBranch } = target
  const [isWhole, setWhole] = useState(!isValue)
  const counted = isBranch ? key : undefined
  const count = useBranchCount(services.state.jobs, session, counted)
  const { names, others } = useFirstNames(services.client, session, counted, MAX_NAMES)
  const deletesBranch = isBranch && isWhole

  function confirm(): void {
    onClose()
    attempt(() =>
      deletesBranch ? deleteBranch(services, session, key) : deleteValue(services, session, key),
    )
  }

  return (
    <Dialog title={deletesBranch ? 'Delete branch' : 'Delete key'} role="alertdialog" onClose={onClose}>
      <p className={styles['key']}>{key}</p>
      {isValue && isBranch && <WholeChoice isWhole={isWhole} onChange={setWhole} />}
      {deletesBranch && (
        <>
          <p>{countText(count)}</p>
          <ul className={styles['list']} aria-label="What goes">
            {names.map(name => (
              <li key={name}>{name}</li>
            ))}
            {others !== undefined && others > 0 && (
              <li className={styles['dim']}>and {formatNumber(others)} more at this level</li>
            )}
          </ul>
        </>
      )}
      <p className={styles['dim']}>This cannot be undone.</p>
      <DialogButtons>
        <Button autoFocus onPress={onClose}>
          Cancel
        </Button>
        <Button variant="danger" isDisabled={deletesBranch && count.state === 'counting'} onPress={confirm}>
          {deletesBranch ? deleteLabel(count) : 'Delete key'}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

interface WholeChoiceProps {
  readonly isWhole: boolean
  readonly onChange: (isWhole: boolean) => void
}

function WholeChoice({ isWhole, onChange }: WholeChoiceProps) {
  return (
    <fieldset className={styles['choices']}>
      <legend className="visually-hidden">What to delete</legend>
      <label className={styles['choice']}>
        <input type="radio" name="whole" checked={!isWhole} onChange={() => onChange(false)} />
        The value of this key; what is below it stays
      </label>
      <label className={styles['choice']}>
        <input type="radio" name="whole" checked={isWhole} onChange={() => onChange(true)} />
        The key and everything below it
      </label>
    </fieldset>
  )
}

function countText({ keys, bytes, state }: BranchCount): string {
  if (state === 'failed') return 'The keys of this branch could not be counted.'
  const mark = state === 'counting' ? '≥ ' : ''
  const size = bytes > 0 ? `, ${formatBytes(bytes)}` : ''
  return `${mark}${keys === 1 ? '1 key' : `${formatNumber(keys)} keys`}${size}${state === 'counting' ? ', counting…' : ''}`
}

function deleteLabel({ keys, state }: BranchCount): string {
  if (state === 'counting') return 'Counting…'
  if (state === 'failed') return 'Delete branch'
  return keys === 1 ? 'Delete 1 key' : `Delete ${formatNumber(keys)} keys`
}
