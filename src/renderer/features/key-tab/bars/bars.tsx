import { Button } from '../../../ui/button.tsx'
import { formatBytes } from '../../../ui/format-bytes.ts'
import { formatTime } from '../../../ui/format-time.ts'
import { Progress } from '../../../ui/progress.tsx'
import type { DocumentState } from '../model/document-state.ts'
import type { Draft } from '../model/draft-store.ts'
import { LOAD_ALL_LIMIT } from '../model/read-value.ts'
import type { ValueModel } from '../model/value-model.ts'
import type { Task } from '../model/value-state.ts'
import type { TabMode } from '../tab-mode.ts'
import styles from './bars.module.css'
import { ConflictBar } from './conflict-bar.tsx'
import { FailureLine } from './failure-line.tsx'

export interface BarsProps {
  readonly model: ValueModel
  readonly document: DocumentState
  readonly task: Task | undefined
  readonly draft: Draft | undefined
  readonly isLocked: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
}

/** What the person should know or decide about the value, one line each. */
export function Bars({ model, document, task, draft, isLocked, mode, onMode }: BarsProps) {
  const open = document.phase === 'open' ? document : undefined
  return (
    <>
      {open?.conflict !== undefined && (
        <ConflictBar
          model={model}
          open={open}
          conflict={open.conflict}
          isLocked={isLocked}
          mode={mode}
          onMode={onMode}
        />
      )}
      {open?.failure !== undefined && (
        <FailureLine
          failure={open.failure}
          retryLabel={open.isDirty ? 'Put again' : 'Check again'}
          onRetry={() => void (open.isDirty ? model.put() : model.checkAgain())}
        />
      )}
      {draft !== undefined && document.phase !== 'loading' && <DraftBar model={model} draft={draft} />}
      {task !== undefined && <TaskBar task={task} />}
      {open !== undefined && !open.base.isWhole && task === undefined && (
        <PagedBar model={model} size={open.base.stat?.size ?? 0} />
      )}
    </>
  )
}

function DraftBar({ model, draft }: { readonly model: ValueModel; readonly draft: Draft }) {
  return (
    <div role="status" className={`${styles['bar']} ${styles['warning']}`}>
      <span className={styles['words']}>Unsaved draft from {formatTime(draft.savedAt)}</span>
      <span className={styles['buttons']}>
        <Button variant="quiet" onPress={() => model.restoreDraft()}>
          Restore
        </Button>
        <Button variant="quiet" onPress={() => model.drafts.discard()}>
          Discard
        </Button>
      </span>
    </div>
  )
}

function TaskBar({ task: { label, done, total, cancel } }: { readonly task: Task }) {
  return (
    <div className={`${styles['bar']} ${styles['info']}`}>
      <span>
        {label}: {formatBytes(done)}
        {total === undefined ? '' : ` of ${formatBytes(total)}`}
      </span>
      <span className={styles['progress']}>
        <Progress label={label} value={done} total={total} />
      </span>
      <Button variant="quiet" onPress={cancel}>
        Cancel
      </Button>
    </div>
  )
}

function PagedBar({ model, size }: { readonly model: ValueModel; readonly size: number }) {
  const fits = size <= LOAD_ALL_LIMIT
  return (
    <div className={`${styles['bar']} ${styles['info']}`}>
      <span className={styles['words']}>
        {formatBytes(size)}: shown in pages, read-only.{' '}
        {fits
          ? 'Load all of it to edit it.'
          : `Up to ${formatBytes(LOAD_ALL_LIMIT)} can be edited here; save this to a file and replace it from there.`}
      </span>
      <Button variant="quiet" isDisabled={!fits} onPress={() => void model.transfers.loadAll()}>
        Load all
      </Button>
    </div>
  )
}
