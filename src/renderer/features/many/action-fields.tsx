import { useState } from 'react'
import type { ManyAction } from '../../../shared/procedures/many.ts'
import { TextField } from '../../ui/fields/text-field.tsx'
import styles from './many.module.css'

type Transfer = Extract<ManyAction, { readonly type: 'transfer' }>

interface PlacesProps {
  /** What the stacks are called. */
  readonly from: string
  readonly to: string
  readonly isAsking: boolean
  readonly action: Transfer
  readonly onChange: (action: ManyAction) => void
}

/** Where keys go. */
export function Places({ action, from, to, isAsking, onChange }: PlacesProps) {
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

/** What names are found, and what becomes of them. */
export function PatternFields({
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
