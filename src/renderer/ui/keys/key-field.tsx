import { FileText, Folder, FolderOpen } from 'lucide-react'
import { type Completion, CompletionField } from '../fields/completion-field.tsx'
import { formatBytes } from '../text/format.ts'
import { VisibleText } from '../text/visible-text.tsx'

export interface KeyRow {
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
  readonly size?: number | undefined
}

/** Names of the level `prefix` that begin with `name`. */
interface KeyCompletion {
  readonly prefix: string
  readonly name: string
  readonly rows: readonly KeyRow[]
}

export interface KeyFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Names of the level `prefix` that begin with `name`; absent while they are loading. */
  readonly completion: KeyCompletion | undefined
  /** Called when a name of the list was chosen. */
  readonly onChoose: (key: string, row: KeyRow) => void
  readonly onSubmit: () => void
  readonly error?: string | undefined
  readonly rows: number
  readonly isLabelHidden?: boolean
}

interface KeyOption extends Completion {
  readonly key: string
  readonly row: KeyRow
}

/**
 * A field for a key, typed level by level, with the matching names of the level. Tab completes the first or the chosen
 * one.
 */
export function KeyField(props: KeyFieldProps) {
  const { completion, value, onChange } = props
  return (
    <CompletionField
      label={props.label}
      listLabel="Keys that fit"
      value={value}
      onChange={onChange}
      items={completion === undefined ? [] : completionOptions(completion)}
      onChoose={({ key, row }) => props.onChoose(key, row)}
      onComplete={({ key, row }) =>
        onChange(row.isBranch && (!row.isValue || value === key) ? `${key}/` : key)
      }
      onSubmit={props.onSubmit}
      isLabelHidden={props.isLabelHidden ?? false}
      isMonospace
      autoFocus
      error={props.error}
      emptyText={completion === undefined ? '' : emptyCompletion(completion)}
      rows={props.rows}
    />
  )
}

/** The rows of a completion as the options of a field. */
export function completionOptions({ prefix, rows }: KeyCompletion): readonly KeyOption[] {
  return rows.map(row => option(prefix, row))
}

function option(prefix: string, row: KeyRow): KeyOption {
  const Icon = row.isBranch ? (row.isValue ? FolderOpen : Folder) : FileText
  return {
    id: row.name,
    key: prefix === '/' ? `/${row.name}` : `${prefix}/${row.name}`,
    row,
    label: <VisibleText text={row.isBranch && !row.isValue ? `${row.name}/` : row.name} />,
    detail: row.size === undefined ? undefined : formatBytes(row.size),
    icon: <Icon size={14} aria-hidden />,
  }
}

/** The text shown if a completion has no rows. */
export function emptyCompletion({ prefix, name }: Omit<KeyCompletion, 'rows'>): string {
  return name === '' ? `${prefix} is empty.` : `Nothing in ${prefix} begins with "${name}".`
}
