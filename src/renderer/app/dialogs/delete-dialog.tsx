import { useEffect, useState } from 'react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { Client } from '../../api/client.ts'
import type { JobList } from '../../api/host-state.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { confirmAct } from '../actions/environment-actions.ts'
import { attempt } from '../actions/failures.ts'
import { deleteBranch, deleteValue } from '../actions/key-actions.ts'
import type { Services } from '../services.ts'
import type { DeleteTarget } from './dialog-store.ts'
import styles from './dialogs.module.css'

interface DeleteDialogProps {
  readonly services: Services
  readonly target: DeleteTarget
  readonly onClose: () => void
}

/** The maximum number of children listed by name. */
const MAX_NAMES = 8

/** Asks before a key or a branch is deleted, and shows what will be deleted. */
export function DeleteDialog({ services, target, onClose }: DeleteDialogProps) {
  const { session, key, isValue, isBranch, why } = target
  const [isWhole, setWhole] = useState(!isValue)
  const counted = isBranch ? key : undefined
  const count = useBranchCount(services.state.jobs, session, counted)
  const { names, others } = useFirstNames(services.client, session, counted, MAX_NAMES)
  const deletesBranch = isBranch && isWhole

  function confirm(): void {
    onClose()
    attempt(async () => {
      if (deletesBranch) await deleteBranch(services, session, key, count.keys)
      else if (await confirmAct(services, [session], `Delete ${key}`)) {
        await deleteValue(services, session, key)
      }
    })
  }

  return (
    <Dialog title={deletesBranch ? 'Delete branch' : 'Delete key'} role="alertdialog" onClose={onClose}>
      <p className={styles['key']}>
        <VisibleText text={key} />
      </p>
      {isValue && isBranch && <WholeChoice isWhole={isWhole} onChange={setWhole} />}
      {deletesBranch && (
        <>
          <p>{countText(count)}</p>
          <ul className={styles['list']} aria-label="What goes">
            {names.map(name => (
              <li key={name}>
                <VisibleText text={name} />
              </li>
            ))}
            {others !== undefined && others > 0 && (
              <li className={styles['dim']}>and {formatNumber(others)} more at this level</li>
            )}
          </ul>
        </>
      )}
      <p className={styles['dim']}>
        {why === undefined
          ? 'This can be undone, except for values that are too large to be recorded.'
          : `This cannot be undone. ${why}`}
      </p>
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

interface BranchCount {
  readonly keys: number
  readonly bytes: number
  readonly state: 'counting' | 'counted' | 'failed'
}

const NOTHING_YET: BranchCount = { keys: 0, bytes: 0, state: 'counting' }
const FAILED: BranchCount = { keys: 0, bytes: 0, state: 'failed' }

/** Counts the keys at and below `prefix` by a job, which is cancelled when the component is unmounted. */
function useBranchCount(jobs: JobList, session: string, prefix: string | undefined): BranchCount {
  const [count, setCount] = useState(NOTHING_YET)
  useEffect(() => {
    if (prefix === undefined) return undefined
    let id: string | undefined
    let isOver = false
    const show = (): void => {
      if (id === undefined) return
      const job = jobs.get()?.find(other => other.id === id)
      setCount(job === undefined ? FAILED : countOf(job))
    }
    const unsubscribe = jobs.subscribe(show)
    jobs.start(session, { type: 'count', prefix }).then(
      job => {
        id = job.id
        if (isOver) stop(jobs, id)
        else show()
      },
      () => setCount(FAILED),
    )
    return () => {
      isOver = true
      unsubscribe()
      if (id !== undefined) stop(jobs, id)
    }
  }, [jobs, session, prefix])
  return count
}

function countOf({ done, bytes, state }: JobInfo): BranchCount {
  const ending = state === 'running' ? 'counting' : state === 'done' ? 'counted' : 'failed'
  return { keys: done, bytes, state: ending }
}

function stop(jobs: JobList, id: string): void {
  if (jobs.get()?.find(job => job.id === id)?.state !== 'running') return
  // A count that cannot be stopped ends without effects.
  jobs.cancel(id).catch(() => undefined)
}

interface FirstNames {
  readonly names: readonly string[]
  /** Number of children that are not among them; `undefined` if unknown. */
  readonly others: number | undefined
}

/** The first children of a branch, for a question about it. */
function useFirstNames(
  client: Client,
  session: string,
  prefix: string | undefined,
  limit: number,
): FirstNames {
  const [known, setKnown] = useState<FirstNames>({ names: [], others: undefined })
  useEffect(() => {
    if (prefix === undefined) return undefined
    const aborter = new AbortController()
    client.call('levels.rows', { session, prefix, offset: 0, limit }, { signal: aborter.signal }).then(
      ({ rows, count, accuracy }) =>
        setKnown({
          names: rows.map(row => (row.isBranch ? `${row.name}/` : row.name)),
          others: accuracy === 'exact' ? count - rows.length : undefined,
        }),
      // The count of the branch reports the failure.
      () => undefined,
    )
    return () => aborter.abort()
  }, [client, session, prefix, limit])
  return known
}
