import { Braces, Equal, type LucideIcon, Plus, RefreshCw, ShieldCheck, TriangleAlert, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { useIsDelayed } from '../../../ui/delayed.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx'
import { KindIcon } from '../../../ui/kind-icon.tsx'
import type { PendingChange } from '../state/editor-store.ts'
import styles from './plan-dialog.module.css'
import {
  applyLabel,
  decisionsOf,
  isHarmful,
  type Placement,
  type PlanLine,
  type PlanView,
} from './plan-view.ts'

// The comparison uses a part of the editor that nothing else here needs.
const JsonComparison = lazy(async () => {
  const { JsonComparison: Comparison } = await import('../text/json-comparison.tsx')
  return { default: Comparison }
})

/** Shows what a change of the running stack does, and asks for confirmation. */
export function PlanDialog({ change }: { readonly change: PendingChange }) {
  const isSlow = useIsDelayed(change.view === undefined)
  const [wasOpen, setOpen] = useState(false)
  if (isSlow && !wasOpen) setOpen(true)
  return change.view === undefined && !wasOpen ? null : <OpenDialog {...change} />
}

function OpenDialog({ name, view, documents, decide }: PendingChange) {
  const [isJson, setJson] = useState(false)
  const [placement, setPlacement] = useState<Placement>('move')
  const [wasAwaited] = useState(view === undefined)
  const cancelButton = useRef<HTMLButtonElement>(null)
  const applyButton = useRef<HTMLButtonElement>(null)
  const cancel = () => decide(undefined)
  const isSafe = view !== undefined && !isHarmful(view, 'move')
  const isKnown = view !== undefined

  // Until the plan is loaded the dialog itself has the focus, so that Enter does not confirm.
  useEffect(() => {
    // If the user has moved the focus, it stays.
    if (!isKnown || document.activeElement?.matches('[role=dialog], [role=alertdialog], body') !== true)
      return
    const button = isSafe ? applyButton : cancelButton
    button.current?.focus()
  }, [isKnown, isSafe])

  return (
    <Dialog
      title={`Apply changes to ${name}`}
      role={view === undefined || isSafe ? 'dialog' : 'alertdialog'}
      width={isJson ? 'large' : 'medium'}
      onClose={cancel}
    >
      {view === undefined ? (
        <p role="status" className={styles['waiting']}>
          Finding out what changes…
        </p>
      ) : isJson && documents !== undefined ? (
        <section aria-label="Plan as JSON" className={styles['json']}>
          <Suspense>
            <JsonComparison {...documents} />
          </Suspense>
        </section>
      ) : (
        // It scrolls in a small window, so the keyboard must reach it.
        <section aria-label="Plan" tabIndex={0} className={styles['plan']}>
          <PlanGroup label="Opens" icon={Plus} lines={view.opens} />
          <PlanGroup label="Changes" icon={RefreshCw} lines={view.changes} />
          <Staying lines={view.stays} />
          <PlanGroup label="Closes" icon={X} lines={view.closes} empty="Nothing" />
          <Losses view={view} />
          {view.misplaced.length > 0 && (
            <PlacementChoice sentences={view.misplaced} placement={placement} onChange={setPlacement} />
          )}
          <Assurance view={view} placement={placement} />
        </section>
      )}
      <DialogButtons>
        {documents !== undefined && (
          <span className={styles['compare']}>
            <Button variant="quiet" aria-pressed={isJson} onPress={() => setJson(!isJson)}>
              <Braces size={14} aria-hidden /> Compare as JSON
            </Button>
          </span>
        )}
        <Button ref={cancelButton} autoFocus={!wasAwaited && !isSafe} onPress={cancel}>
          Cancel
        </Button>
        {view !== undefined && (
          <Button
            ref={applyButton}
            variant={isHarmful(view, placement) ? 'danger' : 'primary'}
            autoFocus={isSafe && !wasAwaited}
            onPress={() => decide(decisionsOf(view, placement))}
          >
            {applyLabel(view, placement)}
          </Button>
        )}
      </DialogButtons>
    </Dialog>
  )
}

interface PlanGroupProps {
  readonly label: string
  readonly icon: LucideIcon
  readonly lines: readonly PlanLine[]
  /** Shown for an empty group, which is omitted otherwise. */
  readonly empty?: string
}

function PlanGroup({ label, icon, lines, empty }: PlanGroupProps) {
  const heading = useId()
  if (lines.length === 0 && empty === undefined) return null
  return (
    <div role="group" aria-labelledby={heading}>
      <GroupHeading id={heading} icon={icon} label={label} />
      {lines.length === 0 && <p className={styles['empty']}>{empty}</p>}
      {lines.length > 0 && (
        <ul>
          {lines.map(({ kind, title, detail, note }, index) => (
            <li key={`${index} ${title}`} className={styles['line']}>
              <span className={styles['title']}>
                {kind !== undefined && <KindIcon kind={kind} size={14} />}
                {title}
              </span>
              <span className={styles['detail']}>{detail}</span>
              {note !== undefined && <span className={styles['note']}>{note}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Staying({ lines }: Pick<PlanGroupProps, 'lines'>) {
  const heading = useId()
  if (lines.length === 0) return null
  return (
    <div role="group" aria-labelledby={heading}>
      <GroupHeading id={heading} icon={Equal} label="Stays open" />
      <ul className={styles['staying']}>
        {lines.map(({ kind, title, detail }, index) => (
          <li key={`${index} ${title}`}>
            {kind !== undefined && <KindIcon kind={kind} size={14} />}
            {title} {detail !== '' && <span className={styles['detail']}>{detail}</span>}
          </li>
        ))}
        <li className={styles['detail']}>with what they hold</li>
      </ul>
    </div>
  )
}

interface GroupHeadingProps extends Pick<PlanGroupProps, 'label' | 'icon'> {
  readonly id: string
}

function GroupHeading({ id, icon: Icon, label }: GroupHeadingProps) {
  return (
    <h3 id={id} className={styles['heading']}>
      <Icon size={14} aria-hidden />
      {label}
    </h3>
  )
}

function Losses({ view: { lost, stale } }: { readonly view: PlanView }) {
  if (lost.length + stale.length === 0) return null
  return (
    <div className={styles['losses']}>
      <TriangleAlert size={15} aria-label="Warning" />
      <ul>
        {[...lost, ...stale].map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  )
}

const PLACEMENTS: readonly {
  readonly placement: Placement
  readonly label: string
  readonly effect: string
}[] = [
  {
    placement: 'move',
    label: 'Move them in the background',
    effect: 'Each key can be read while it moves.',
  },
  { placement: 'leave', label: 'Leave them', effect: 'They stay where they are and cannot be found.' },
]

interface PlacementChoiceProps {
  readonly sentences: readonly string[]
  readonly placement: Placement
  readonly onChange: (placement: Placement) => void
}

function PlacementChoice({ sentences, placement, onChange }: PlacementChoiceProps) {
  const id = useId()
  return (
    <fieldset className={styles['choice']}>
      <legend className={styles['question']}>{sentences.join(' ')}</legend>
      {PLACEMENTS.map(({ placement: one, label, effect }) => (
        <div key={one} className={styles['option']}>
          <input
            type="radio"
            id={`${id}-${one}`}
            name={id}
            aria-describedby={`${id}-${one}-effect`}
            checked={placement === one}
            onChange={() => onChange(one)}
          />
          <label htmlFor={`${id}-${one}`}>{label}</label>
          <span id={`${id}-${one}-effect`} className={styles['detail']}>
            {effect}
          </span>
        </div>
      ))}
    </fieldset>
  )
}

function Assurance({ view, placement }: { readonly view: PlanView; readonly placement: Placement }) {
  const isSafe = !isHarmful(view, placement)
  return (
    <p className={isSafe ? styles['safe'] : styles['else']}>
      {isSafe && <ShieldCheck size={15} aria-hidden />}
      <span>
        {isSafe && 'Nothing that only memory holds is lost. '}
        {view.dropped !== undefined && `${view.dropped} `}If a step fails, the stack stays as it is.
      </span>
    </p>
  )
}
