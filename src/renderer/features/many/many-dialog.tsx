import { useState } from 'react'
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
import { formatBytes, formatNumber } from '../../ui/format.ts'
import { TextField } from '../../ui/text-field.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'
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
  const { jobs, session, action: begun, from, to, isAsking, onRun, onClose } = props
  const [action, setAction] = useState(begun)
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

type Transfer = Extract<ManyAction, { readonly type: 'transfer' }>

interface PlacesProps extends Pick<ManyDialogProps, 'from' | 'to' | 'isAsking'> {
  readonly action: Transfer
  readonly onChange: (action: ManyAction) => void
}

function Places({ action, from, to, isAsking, onChange }: PlacesProps) {
  const { keys } = action.selection
  const [{ base }] = useState(action.to)
  const set = (text: string): void => {
    const prefix = text.startsWith('/') ? text : `/${text}`
    onChange({ ...action, to: { ...action.to, prefix } })
  }
  return (
    <div className={styles['places']}>
      <p>
        <span className={styles['dim']}>From</span> {from}{' '}
        {keys.length === 1 && <code className={styles['key']}>{keys[0]}</code>}
      </p>
      <TextField
        label={`To, in ${to}`}
        description="The branch that the keys are put into"
        value={action.to.prefix}
        onChange={set}
        isMonospace
        autoFocus={isAsking}
      />
      {base !== undefined && (
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={action.to.base !== undefined}
            onChange={event =>
              onChange({ ...action, to: { ...action.to, base: event.target.checked ? base : undefined } })
            }
          />
          Keep the branches below {base}
        </label>
      )}
    </div>
  )
}

type Rename = Extract<ManyAction, { readonly type: 'rename' }>

const KINDS = [
  ['glob', 'Glob (* and ?)'],
  ['regex', 'Regular expression'],
  ['text', 'Text'],
] as const

function PatternFields({
  action,
  onChange,
}: {
  readonly action: Rename
  readonly onChange: (action: ManyAction) => void
}) {
  const { pattern } = action
  const set = (change: Partial<Rename['pattern']>): void =>
    onChange({ ...action, pattern: { ...pattern, ...change } })
  return (
    <>
      <fieldset className={styles['choices']}>
        <legend>Find by</legend>
        {KINDS.map(([kind, label]) => (
          <label key={kind}>
            <input type="radio" name="kind" checked={pattern.kind === kind} onChange={() => set({ kind })} />
            {label}
          </label>
        ))}
      </fieldset>
      <div className={styles['pair']}>
        <TextField label="Find" value={pattern.find} onChange={find => set({ find })} isMonospace autoFocus />
        <TextField
          label="New name"
          value={pattern.replace}
          onChange={replace => set({ replace })}
          isMonospace
          description={HELP[pattern.kind]}
        />
      </div>
    </>
  )
}

const HELP = {
  glob: '* and ? stand for what they matched, in order',
  regex: '$1 is the first group',
  text: 'Takes the place of each occurrence',
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

const CHOICES = [
  ['skip', 'Skip'],
  ['replace', 'Replace'],
  ['both', 'Keep both'],
] as const

interface ConflictsProps {
  readonly preview: ManyPreview
  readonly all: ConflictChoice
  readonly each: Readonly<Record<string, ConflictChoice>>
  readonly onAll: (choice: ConflictChoice) => void
  readonly onEach: (each: Readonly<Record<string, ConflictChoice>>) => void
}

function Conflicts({ preview, all, each, onAll, onEach }: ConflictsProps) {
  const lines = preview.lines.filter(line => line.there !== undefined)
  return (
    <div className={styles['box']}>
      <fieldset className={styles['choices']}>
        <legend>
          {preview.conflicts === 1 ? 'For this key' : `For these ${formatNumber(preview.conflicts)} keys`}
        </legend>
        {CHOICES.map(([choice, label]) => (
          <label key={choice}>
            <input
              type="radio"
              name="conflicts"
              checked={all === choice}
              onChange={() => {
                onAll(choice)
                onEach({})
              }}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {/* Reached by keyboard, as it scrolls. */}
      <div className={styles['scroll']} tabIndex={0} role="group" aria-label="Keys that exist already">
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Arriving</th>
              <th scope="col">There now</th>
              <th scope="col">Difference</th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(line => (
              <tr key={line.from}>
                <td className={styles['key']}>
                  <VisibleText text={line.to ?? line.from} />
                </td>
                <td className={styles['number']}>{line.size === undefined ? '' : formatBytes(line.size)}</td>
                <td className={styles['number']}>{formatBytes(line.there?.size ?? 0)}</td>
                <td>{DIFFERENCES[line.there?.difference ?? 'other']}</td>
                <td>
                  <select
                    aria-label={`For ${line.to ?? line.from}`}
                    value={each[line.to ?? ''] ?? all}
                    onChange={event =>
                      onEach({ ...each, [line.to ?? '']: event.target.value as ConflictChoice })
                    }
                  >
                    {CHOICES.map(([choice, label]) => (
                      <option key={choice} value={choice}>
                        {label}
                      </option>
                    ))}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

const DIFFERENCES = {
  same: 'same bytes',
  'arriving-newer': 'the arriving one is newer',
  'there-newer': 'the one there is newer',
  other: 'they differ',
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
