import { formatExactBytes } from '../../../ui/format-bytes.ts'
import { hexOf } from '../hex/hex-text.ts'
import { byteChanges } from '../model/byte-diff.ts'
import styles from './editor.module.css'

const MAX_CHANGES = 200
const MAX_BYTES = 24

export interface ByteReviewProps {
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly note: string
}

/** What differs between two values that can't be compared as text. */
export function ByteReview({ before, after, note }: ByteReviewProps) {
  const changes = byteChanges(before, after, MAX_CHANGES)
  return (
    <div className={styles['byteReview']}>
      <p>
        {note} {formatExactBytes(before.length)} before, {formatExactBytes(after.length)} after
        {changes.length === MAX_CHANGES ? `; the first ${MAX_CHANGES} changes:` : ':'}
      </p>
      <table aria-label="Changed bytes">
        <thead>
          <tr>
            <th scope="col">Offset</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(change => (
            <tr key={change.offset}>
              <td>0x{change.offset.toString(16)}</td>
              <td>{hexText(change.before)}</td>
              <td>{hexText(change.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function hexText(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing'
  const shown = Array.from(bytes.subarray(0, MAX_BYTES), byte => hexOf(byte)).join(' ')
  const rest = bytes.length - MAX_BYTES
  return rest > 0 ? `${shown} … and ${formatExactBytes(rest)} more` : shown
}
