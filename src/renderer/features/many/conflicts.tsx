import type { ConflictChoice, ManyPreview } from '../../../shared/procedures/many.ts'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './many.module.css'

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

/** Asks what becomes of keys whose place is taken, for all and for each. */
export function Conflicts({ preview, all, each, onAll, onEach }: ConflictsProps) {
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
