import { useLayoutEffect, useRef, useState } from 'react'
import type {
  ConflictChoice,
  ConflictChoices,
  ManyAction,
  ManyPreview,
  PreviewLine,
} from '../../../shared/procedures/many.ts'
import type { JobList } from '../../api/host-state.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { PatternFields, Places } from './action-fields.tsx'
import { Conflicts } from './conflicts.tsx'
import styles from './many.module.css'
import { type PreviewState, usePreview } from './use-preview.ts'

export interface ManyDialogProps {
  readonly jobs: JobList
  readonly session: string
  readonly action: ManyAction
  /** What the stacks are called; the other one where keys go to another. */
  readonly from: string
  readonly to: string
  /** Whether the place, or the pattern, is still to be said. */
  readonly isAsking: boolean
  readonly onRun: (action: ManyAction, conflicts: ConflictChoices, expected: ManyPreview) => void
  readonly onClose: () => void
}

const VERBS = { delete: 'Delete', duplicate: 'Duplicate', rename: 'Rename', move: 'Move', copy: 'Copy' }

/** Shows what an action on many keys would touch, and asks for what it does not know. */
export function ManyDialog(props: ManyDialogProps) {
  const { jobs, session, action: initialAction, from, to, isAsking, onRun, onClose } = props
  const [action, setAction] = useState(initialAction)
  const [all, setAll] = useState<ConflictChoice>('skip')
  const [each, setEach] = useState<Readonly<Record<string, ConflictChoice>>>({})
  const isReady = action.type !== 'rename' || action.pattern.find !== ''
  const found = usePreview(jobs, session, isReady ? action : undefined)
  const { preview } = found
  const verb = verbOf(action)
  const counts = countsOf(preview, all, each)
  const canRun =
    isReady &&
    found.state === 'done' &&
    preview !== undefined &&
    preview.keys + preview.roots > 0 &&
    counts.left > 0
  const submit = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    // It could not take the focus while it was disabled. If the user has moved to another field, the focus stays there.
    const isOnDialog = document.activeElement?.contains(submit.current) === true
    if (canRun && !isAsking && isOnDialog) submit.current?.focus()
  }, [canRun, isAsking])
  const run = (): void => {
    if (!canRun) return
    onClose()
    onRun(action, { all, ...(Object.keys(each).length > 0 && { each: { ...each } }) }, preview)
  }
  const label = `${verb} ${keysText(counts.left)}${counts.skipped > 0 ? `, skip ${formatNumber(counts.skipped)}` : ''}`
  return (
    <Dialog
      title={preview === undefined ? `${verb} keys` : `${verb} ${keysText(preview.keys)}`}
      role={action.type === 'delete' ? 'alertdialog' : 'dialog'}
      width="large"
      onClose={onClose}
    >
      <form
        className={styles['form']}
        onSubmit={event => {
          event.preventDefault()
          run()
        }}
      >
        {action.type === 'transfer' && (
          <Places action={action} from={from} to={to} isAsking={isAsking} onChange={setAction} />
        )}
        {action.type === 'rename' && <PatternFields action={action} onChange={setAction} />}
        <Summary verb={verb} found={found} isReady={isReady} />
        {preview !== undefined && preview.conflicts > 0 && (
          <Conflicts preview={preview} all={all} each={each} onAll={setAll} onEach={setEach} />
        )}
        {preview !== undefined && <Lines preview={preview} isOpen={action.type === 'rename'} />}
        {preview !== undefined && <Facts action={action} preview={preview} />}
        {action.type === 'transfer' && (
          <label className={styles['check']}>
            <input
              type="checkbox"
              checked={!action.isMove}
              onChange={event => setAction({ ...action, isMove: !event.target.checked })}
            />
            Leave the originals (copy)
          </label>
        )}
        <DialogButtons>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            ref={submit}
            type="submit"
            variant={action.type === 'delete' ? 'danger' : 'primary'}
            autoFocus={!isAsking}
            isDisabled={!canRun}
          >
            {!isReady ? `${verb} keys` : found.state === 'running' ? 'Looking…' : label}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function verbOf(action: ManyAction): string {
  return VERBS[action.type === 'transfer' ? (action.isMove ? 'move' : 'copy') : action.type]
}

/** `1 key`, `1,204 keys`. */
function keysText(count: number): string {
  return count === 1 ? '1 key' : `${formatNumber(count)} keys`
}

function countsOf(
  preview: ManyPreview | undefined,
  all: ConflictChoice,
  each: Readonly<Record<string, ConflictChoice>>,
): { readonly left: number; readonly skipped: number } {
  if (preview === undefined) return { left: 0, skipped: 0 }
  const others = Object.values(each)
  const skipped =
    others.filter(choice => choice === 'skip').length +
    (all === 'skip' ? Math.max(0, preview.conflicts - others.length) : 0)
  // A branch without keys counts as one.
  const keys = preview.keys === 0 ? preview.roots - preview.unchanged - preview.problems : preview.keys
  return { left: Math.max(0, keys - skipped), skipped }
}

function Summary({
  verb,
  found: { preview, state, problem },
  isReady,
}: {
  readonly verb: string
  readonly found: PreviewState
  readonly isReady: boolean
}) {
  if (state === 'failed')
    return (
      <p role="alert" className={styles['problem']}>
        {problem ?? 'The keys could not be looked through.'}
      </p>
    )
  if (preview === undefined || !isReady)
    return <p role="status">{isReady ? 'Looking…' : 'Enter what to find.'}</p>
  const { keys, bytes, conflicts, problems, hidden, unchanged, isWhole } = preview
  return (
    <p role="status">
      This will {verb.toLowerCase()} <b>{`${isWhole ? '' : '≥ '}${keysText(keys)}`}</b>, {formatBytes(bytes)}.
      {conflicts > 0 && <b className={styles['warning']}> {existText(conflicts)}</b>}
      {problems > 0 && <b className={styles['warning']}> {formatNumber(problems)} can’t be handled.</b>}
      {unchanged > 0 && ` ${formatNumber(unchanged)} keep their name.`}
      {hidden > 0 && ` ${formatNumber(hidden)} entries that are no keys, such as links, are not counted.`}
      {!isWhole && ' Looking…'}
    </p>
  )
}

function existText(count: number): string {
  return count === 1
    ? '1 of them exists there already.'
    : `${formatNumber(count)} of them exist there already.`
}

/** The first keys, and where they go. */
function Lines({ preview, isOpen }: { readonly preview: ManyPreview; readonly isOpen: boolean }) {
  const lines = preview.lines.filter(line => line.there === undefined)
  if (lines.length === 0) return null
  return (
    <details open={isOpen} className={styles['details']}>
      <summary>
        {lines.length < preview.roots
          ? `Show the first ${lines.length} keys`
          : `Show ${keysText(lines.length)}`}
      </summary>
      <ul className={styles['scroll']} aria-label="What is touched" tabIndex={0}>
        {lines.map(line => (
          <Line key={line.from} line={line} />
        ))}
      </ul>
    </details>
  )
}

function Line({ line: { from, to, problem } }: { readonly line: PreviewLine }) {
  return (
    <li className={styles['line']}>
      <code>
        <VisibleText text={from} />
      </code>
      {to !== undefined && (
        <>
          <span aria-label="becomes"> → </span>
          <code>
            <VisibleText text={to} />
          </code>
        </>
      )}
      {problem !== undefined && <span className={styles['problem']}> {problem}</span>}
    </li>
  )
}

function Facts({ action, preview }: { readonly action: ManyAction; readonly preview: ManyPreview }) {
  const facts: string[] = []
  if (action.type === 'transfer' && action.isMove)
    facts.push('What moves to another stack is copied first, then removed')
  if (!preview.canUndo) facts.push('Cannot be undone: the values are too large to be kept')
  else if (preview.isWhole) facts.push('Can be undone, also after a restart, for 30 days')
  if (preview.canUndo && preview.kept > 0) facts.push(`Undo keeps ${formatBytes(preview.kept)}`)
  return (
    <ul className={styles['facts']} aria-label="What else to know">
      {facts.map(fact => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  )
}
