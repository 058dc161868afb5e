import { type ReactNode, useLayoutEffect, useRef } from 'react'
import type { Failure, FailureCode } from '../../../shared/values.ts'
import { Button } from '../../ui/button.tsx'
import { Delayed } from '../../ui/delayed.tsx'
import { Progress } from '../../ui/progress.tsx'
import { formatBytes, formatTime } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { adviceToWrite } from '../../ui/text/write-lock.ts'
import styles from './bars.module.css'
import type { TabMode } from './key-toolbar.tsx'
import type { Conflict, DocumentState, OpenValue, Task } from './model/document.ts'
import type { Draft } from './model/drafts.ts'
import { LOAD_ALL_LIMIT } from './model/value-calls.ts'
import type { ValueModel } from './model/value-model.ts'

interface BarsProps {
  readonly model: ValueModel
  readonly document: DocumentState
  readonly task: Task | undefined
  readonly draft: Draft | undefined
  readonly isLocked: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
}

interface BarProps {
  readonly tone: 'info' | 'warning' | 'danger'
  readonly role?: 'status' | 'alert'
  /** Called when the bar goes while the focus is in it: a button of it has ended what it is about. */
  readonly onFocusLost?: (() => void) | undefined
  readonly children: ReactNode
}

function Bar({ tone, role, onFocusLost, children }: BarProps) {
  const bar = useRef<HTMLDivElement>(null)
  const lost = useRef(onFocusLost)
  useLayoutEffect(() => {
    lost.current = onFocusLost
  })
  useLayoutEffect(() => {
    const element = bar.current
    return () => {
      if (element?.contains(document.activeElement) === true) lost.current?.()
    }
  }, [])
  return (
    <div ref={bar} role={role} className={`${styles['bar']} ${styles[tone]}`}>
      {children}
    </div>
  )
}

/** Messages and decisions about the value, one line each. */
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
          onFocusLost={() => model.document.focusEditor()}
        />
      )}
      {draft !== undefined && document.phase !== 'loading' && <DraftBar model={model} draft={draft} />}
      {task !== undefined && <TaskBar model={model} task={task} />}
      {open !== undefined && !open.base.isWhole && task === undefined && (
        <PagedBar model={model} size={open.base.stat?.size ?? 0} />
      )}
    </>
  )
}

function DraftBar({ model, draft }: { readonly model: ValueModel; readonly draft: Draft }) {
  return (
    <Bar tone="warning" role="status" onFocusLost={() => model.document.focusEditor()}>
      <span className={styles['words']}>
        {draft.file === undefined ? 'Unsaved draft' : `${JSON.stringify(draft.file)}, chosen and not put,`}{' '}
        from {formatTime(draft.savedAt)}
      </span>
      <span className={styles['buttons']}>
        <Button variant="quiet" onPress={() => model.restoreDraft()}>
          Restore
        </Button>
        <Button variant="quiet" onPress={() => model.drafts.discard()}>
          Discard
        </Button>
      </span>
    </Bar>
  )
}

function TaskBar({ model, task }: { readonly model: ValueModel; readonly task: Task }) {
  const { label, done, total, cancel } = task
  return (
    <Bar tone="info" onFocusLost={() => model.document.focusEditor()}>
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
    </Bar>
  )
}

function PagedBar({ model, size }: { readonly model: ValueModel; readonly size: number }) {
  const fits = size <= LOAD_ALL_LIMIT
  return (
    <Bar tone="info" onFocusLost={() => model.document.focusEditor()}>
      <span className={styles['words']}>
        {formatBytes(size)}: shown in pages, read-only.{' '}
        {fits
          ? 'Load all of it to edit it.'
          : `Up to ${formatBytes(LOAD_ALL_LIMIT)} can be edited here; save this to a file and replace it from there.`}
      </span>
      <Button variant="quiet" isDisabled={!fits} onPress={() => void model.effects.loadAll()}>
        Load all
      </Button>
    </Bar>
  )
}

interface ConflictBarProps {
  readonly model: ValueModel
  readonly open: OpenValue
  readonly conflict: Conflict
  readonly isLocked: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
}

/** Shown if the value was changed elsewhere: nothing is written before the user decides. */
function ConflictBar({ model, open, conflict, isLocked, mode, onMode }: ConflictBarProps) {
  const name = JSON.stringify(model.address.key)
  const isFile = open.replacement !== undefined
  const cannotWrite = isLocked || open.isPutting
  if (conflict.type === 'deleted') {
    return (
      <Bar tone="warning" role="alert" onFocusLost={() => model.document.focusEditor()}>
        <span className={styles['words']}>
          <VisibleText text={name} /> was deleted while you were editing it.
        </span>
        <span className={styles['buttons']}>
          <Button variant="quiet" isDisabled={cannotWrite} onPress={() => void model.keepMine()}>
            Put as new
          </Button>
          <Button variant="quiet" onPress={() => void model.useTheirs()}>
            Drop the edits
          </Button>
        </span>
      </Bar>
    )
  }
  const canMerge = !isFile && conflict.theirs.size <= LOAD_ALL_LIMIT
  return (
    <Bar tone="warning" role="alert" onFocusLost={() => model.document.focusEditor()}>
      <span className={styles['words']}>
        <VisibleText text={name} /> was changed by somebody else since it was opened here.
      </span>
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
    </Bar>
  )
}

interface FailureLineProps {
  readonly failure: Failure
  readonly onRetry?: (() => void) | undefined
  readonly retryLabel?: string | undefined
  readonly onFocusLost?: (() => void) | undefined
}

/** A failure, and what to try. */
export function FailureLine({ failure, onRetry, retryLabel = 'Retry', onFocusLost }: FailureLineProps) {
  const advice =
    failure.code === 'READ_ONLY' ? `${adviceToWrite(failure)} Your edits stay here.` : adviceFor(failure.code)
  return (
    <Bar tone="danger" role="alert" onFocusLost={onFocusLost}>
      <span className={styles['words']}>
        <VisibleText text={failure.message} />.{advice === undefined ? '' : ` ${advice}`}
        {failure.id === undefined ? '' : ` Failure ${failure.id}.`}
      </span>
      {onRetry !== undefined && (
        <Button variant="quiet" onPress={onRetry}>
          {retryLabel}
        </Button>
      )}
    </Bar>
  )
}

/** Advice for a failure of a value that is open, if there is any. */
function adviceFor(code: FailureCode): string | undefined {
  switch (code) {
    case 'ACCESS_DENIED':
      return 'Check the permissions of the store, then try again.'
    case 'IO':
    case 'TIMEOUT':
      return 'Check that the store can be reached and has space, then try again.'
    case 'CONNECTION':
      return 'Put it again once the connection is back; your edits stay here.'
    case 'CLOSED':
      return 'Try again when the stack is open again; your edits stay here.'
    case 'CORRUPT':
      return 'The stored bytes are damaged: restore the value from a copy.'
    case 'UNSUPPORTED':
      return 'This stack cannot do that.'
    default:
      return undefined
  }
}

/** Advice for a value that could not be read: nothing was edited yet. */
export function adviceForRead(code: FailureCode): string | undefined {
  switch (code) {
    case 'IO':
    case 'TIMEOUT':
      return 'Check that the store can be reached, then try again.'
    case 'CONNECTION':
      return 'Try again once the connection is back.'
    case 'CLOSED':
      return 'Open the stack again from "Stacks".'
    case 'ACCESS_DENIED':
    case 'CORRUPT':
    case 'UNSUPPORTED':
      return adviceFor(code)
    default:
      return undefined
  }
}

const WIDTHS = ['38%', '62%', '54%', '71%', '45%', '58%', '30%']

/** Placeholder for a value that is loading. */
export function Skeleton() {
  return (
    <Delayed>
      <div role="status" className={styles['skeleton']} aria-busy="true" aria-label="Loading">
        {WIDTHS.map(width => (
          <div key={width} style={{ width }} />
        ))}
      </div>
    </Delayed>
  )
}
