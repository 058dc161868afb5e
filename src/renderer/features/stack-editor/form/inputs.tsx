import { FolderSearch, RotateCcw } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Button, IconButton } from '../../../ui/button.tsx'
import { byteSizeInFull, exactByteSize, parseByteSize } from '../../../ui/text/byte-size.ts'
import type { JsonText } from '../json/edit-json.ts'
import type { PlacedProblem } from '../model/problems.ts'
import { useEditor } from '../state/editor-context.ts'
import { focusOn } from '../state/editor-store.ts'
import { boundsText, type Choice, type Control, numberText } from './form-fields.ts'
import styles from './node-form.module.css'

/** The attributes that connect a control to its label, help and problems. */
interface ControlProps {
  readonly id: string
  readonly 'data-field': string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
  readonly 'aria-required'?: boolean
}

interface FieldFrameProps {
  readonly name: string
  readonly label: string
  readonly help?: string | undefined
  readonly problems: readonly PlacedProblem[]
  readonly isRequired?: boolean
  /** Whether the control needs the whole width, with the label above it. */
  readonly isLong?: boolean
  /** Given if the document sets an optional value, which can be removed. */
  readonly onReset?: (() => void) | undefined
  readonly children: (props: ControlProps) => ReactNode
}

/** A label, its control, and below the control its problems and help. */
export function FieldFrame(frame: FieldFrameProps) {
  const { name, label, help, problems, isRequired, isLong = false, onReset, children } = frame
  const id = useId()
  const described = [help !== undefined && `${id}-help`, problems.length > 0 && `${id}-problems`]
  const describedBy = described.filter(part => part !== false).join(' ')
  return (
    <div className={styles['field']} data-long={isLong}>
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      <div className={styles['control']}>
        {children({
          id,
          'data-field': name,
          'aria-invalid': problems.some(({ severity }) => severity === 'error'),
          'aria-describedby': describedBy === '' ? undefined : describedBy,
          ...(isRequired === true && { 'aria-required': true }),
        })}
        {onReset !== undefined && (
          <IconButton label={`Use the default for ${label}`} icon={RotateCcw} onPress={onReset} />
        )}
      </div>
      <div className={styles['notes']}>
        <div id={`${id}-problems`}>
          <ProblemLines problems={problems} />
        </div>
        {help !== undefined && (
          <p id={`${id}-help`} className={styles['help']}>
            {help}
          </p>
        )}
      </div>
    </div>
  )
}

interface ProblemLinesProps {
  readonly problems: readonly PlacedProblem[]
  /** Shows the name of the field before each message. */
  readonly withNames?: boolean
}

export function ProblemLines({ problems, withNames = false }: ProblemLinesProps) {
  return problems.map(({ path, message, field, severity }) => (
    <p key={`${path} ${message}`} className={styles[severity]}>
      {withNames && field !== undefined ? `${field}: ${message}` : message}
    </p>
  ))
}

interface TextInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly value: string
  readonly placeholder?: string | undefined
  /** Adds a button that opens a folder picker. */
  readonly isFolder?: boolean
  readonly onChange: (value: string) => void
}

export function TextInput({ value, placeholder, isFolder = false, onChange, ...frame }: TextInputProps) {
  const { shell } = useEditor()
  const browse = async () => {
    const path = await shell.pickFolder()
    if (path !== undefined) onChange(path)
  }
  return (
    <FieldFrame {...frame}>
      {props => (
        <>
          <input
            {...props}
            className={styles['input']}
            value={value}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            onChange={event => onChange(event.target.value)}
          />
          {isFolder && <IconButton label="Browse…" icon={FolderSearch} onPress={() => void browse()} />}
        </>
      )}
    </FieldFrame>
  )
}

/**
 * The result of checking typed text: a function that accepts it, or why it is invalid. With `becomes`, the value that
 * the document then has, the field continues to show what was typed.
 */
type Typed = { readonly take: () => void; readonly becomes?: string } | { readonly wrong: string }

interface HeldInputProps extends Omit<FieldFrameProps, 'children'> {
  /** The document's value. */
  readonly value: string
  /** How the field shows it, if not as it is. */
  readonly shown?: string | undefined
  readonly placeholder?: string | undefined
  /** Shown next to the field. */
  readonly hint?: string
  readonly isNumber?: boolean
  readonly read: (typed: string) => Typed
}

interface Held {
  readonly text: string
  /** Absent for text that was accepted. */
  readonly wrong: string | undefined
  /** The document's value with it. Once the document has another one, that is shown instead. */
  readonly instead: string
}

/** A field that keeps invalid text, marked as a problem, without writing it to the document. */
export function HeldInput({
  value,
  shown: written = value,
  placeholder,
  hint,
  isNumber = false,
  read,
  problems,
  ...frame
}: HeldInputProps) {
  const hintId = useId()
  const [last, setLast] = useState<Held>()
  const held = last?.instead === value ? last : undefined
  const type = (text: string) => {
    const typed = read(text)
    if ('wrong' in typed) setLast({ text, wrong: typed.wrong, instead: value })
    else {
      setLast(typed.becomes === undefined ? undefined : { text, wrong: undefined, instead: typed.becomes })
      typed.take()
    }
  }
  const shown = held?.wrong === undefined ? problems : [heldProblem(frame.name, held.wrong), ...problems]
  return (
    <FieldFrame {...frame} problems={shown}>
      {(props: ControlProps) => (
        <>
          <input
            {...props}
            aria-describedby={describedBy(props, hint === undefined ? undefined : hintId)}
            className={hint === undefined ? styles['input'] : styles['number']}
            inputMode={isNumber ? 'decimal' : 'text'}
            value={held?.text ?? written}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            onChange={event => type(event.target.value)}
          />
          {hint !== undefined && (
            <span id={hintId} className={styles['bounds']}>
              {hint}
            </span>
          )}
        </>
      )}
    </FieldFrame>
  )
}

function describedBy(
  { 'aria-describedby': others }: ControlProps,
  hint: string | undefined,
): string | undefined {
  return [hint, others].filter(id => id !== undefined).join(' ') || undefined
}

function heldProblem(name: string, message: string): PlacedProblem {
  return { severity: 'error', message, path: name, node: undefined, field: name, from: 0, to: 0 }
}

interface NumberInputProps extends Omit<FieldFrameProps, 'children'> {
  /** The number as written in the document. */
  readonly written: JsonText | undefined
  readonly default: JsonText | undefined
  readonly control: Extract<Control, { type: 'number' }>
  /** What it counts. */
  readonly unit: string | undefined
  readonly onChange: (value: JsonText | undefined) => void
}

export function NumberInput({
  written,
  default: fallback,
  control,
  unit,
  onChange,
  ...frame
}: NumberInputProps) {
  return (
    <HeldInput
      {...frame}
      value={written ?? ''}
      placeholder={fallback}
      hint={[unit, boundsText(control)].filter(Boolean).join(', ')}
      isNumber
      read={typed => {
        const number = numberText(typed)
        if (number === undefined && typed.trim() !== '') return { wrong: 'not a number' }
        return { take: () => onChange(number) }
      }}
    />
  )
}

interface BytesInputProps extends Omit<FieldFrameProps, 'children'> {
  /** The number as written in the document. */
  readonly written: JsonText | undefined
  readonly default: JsonText | undefined
  readonly onChange: (value: JsonText | undefined) => void
}

/** A number of bytes, typed as a size: `64 MiB`. The document has the exact number. */
export function BytesInput({ written, default: fallback, onChange, ...frame }: BytesInputProps) {
  const bytes = written === undefined ? undefined : bytesIn(written)
  const preset = fallback === undefined ? undefined : bytesIn(fallback)
  return (
    <HeldInput
      {...frame}
      value={written ?? ''}
      shown={bytes === undefined ? written : exactByteSize(bytes)}
      placeholder={preset === undefined ? fallback : exactByteSize(preset)}
      hint={bytes === undefined ? 'such as 64 MiB or 1.5 GB' : byteSizeInFull(bytes)}
      read={typed => {
        if (typed.trim() === '') return { take: () => onChange(undefined) }
        const size = parseByteSize(typed)
        if ('wrong' in size) return size
        return { becomes: String(size.bytes), take: () => onChange(String(size.bytes)) }
      }}
    />
  )
}

function bytesIn(text: JsonText): number | undefined {
  const value: unknown = JSON.parse(text)
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

interface FlagInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

export function FlagInput({ isOn, onChange, ...frame }: FlagInputProps) {
  return (
    <FieldFrame {...frame}>
      {props => (
        <input
          {...props}
          type="checkbox"
          className={styles['box']}
          checked={isOn}
          onChange={event => onChange(event.target.checked)}
        />
      )}
    </FieldFrame>
  )
}

interface ChoiceInputProps extends Omit<FieldFrameProps, 'children'> {
  readonly written: JsonText | undefined
  readonly default: JsonText | undefined
  readonly choices: readonly Choice[]
  readonly onChange: (value: JsonText | undefined) => void
}

/** Characters of a choice that have room next to the label. */
const SHORT = 24

/** A choice of values. "Default" removes the option, unless it is required. */
export function ChoiceInput({ written, default: fallback, choices, onChange, ...frame }: ChoiceInputProps) {
  const isListed = written === undefined || choices.some(({ value }) => value === written)
  const chosen = choices.find(({ value }) => value === (written ?? fallback))
  const implied = choices.find(({ value }) => value === fallback)?.label
  const help = [frame.help, chosen?.help].filter(text => text !== undefined).join(' ')
  return (
    <FieldFrame
      {...frame}
      help={help === '' ? undefined : help}
      isLong={choices.some(({ label }) => label.length > SHORT)}
    >
      {props => (
        <select
          {...props}
          className={styles['input']}
          value={written ?? ''}
          onChange={({ target: { value } }) => onChange(value === '' ? undefined : value)}
        >
          {(frame.isRequired !== true || written === undefined) && (
            <option value="">{implied === undefined ? 'Default' : `Default: ${implied}`}</option>
          )}
          {!isListed && <option value={written}>{written}</option>}
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  )
}

interface DocumentLinkProps extends Omit<FieldFrameProps, 'children'> {
  readonly written: JsonText | undefined
  /** Where the option is in the text, or its node if it is not set. */
  readonly offset: number
}

/** Shows an option that has no control as text, with a button that goes to it in the document. */
export function DocumentLink({ written, offset, ...frame }: DocumentLinkProps) {
  const { store } = useEditor()
  return (
    <FieldFrame {...frame}>
      {props => (
        <>
          <input {...props} className={styles['input']} readOnly value={written ?? ''} />
          <Button variant="quiet" onPress={() => focusOn(store, { to: 'text', offset })}>
            Edit…
          </Button>
        </>
      )}
    </FieldFrame>
  )
}
