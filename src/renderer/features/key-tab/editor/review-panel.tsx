import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { formatBytes, formatExactBytes } from '../../../ui/text/format.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import { hexOf } from '../hex/hex-text.ts'
import { decodeText } from '../model/text-codec.ts'
import { failureOf, WHOLE_LIMIT } from '../model/value-calls.ts'
import type { ValueModel } from '../model/value-model.ts'
import { TEXT_PAGE, wholeCharacters } from '../paged/text-pages.ts'
import { DiffView } from './diff-view.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './editor-setup.ts'

export interface ReviewPanelProps {
  readonly model: ValueModel
  /** The file that will be put, if any. */
  readonly replacement: File | undefined
}

/** Compares what would be put with the stored value. */
export function ReviewPanel({ model, replacement }: ReviewPanelProps) {
  if (replacement !== undefined) return <FileReview model={model} file={replacement} />
  return <EditsReview model={model} />
}

function EditsReview({ model }: { readonly model: ValueModel }) {
  const [{ before, after }] = useState(() => ({
    before: model.document.base.bytes,
    after: model.document.currentBytes(),
  }))
  return <Comparison before={before} after={after} names={['Stored', 'Edited']} />
}

interface FileReviewProps {
  readonly model: ValueModel
  readonly file: File
}

/** Compares a file with the stored value. For large files, only the beginnings. */
function FileReview({ model, file }: FileReviewProps) {
  const { base } = model.document
  const [known, setKnown] = useState<{ readonly file: File; readonly read: Uint8Array | string }>()
  const read = known?.file === file ? known.read : undefined
  useEffect(() => {
    let isCurrent = true
    const show = (result: Uint8Array | string) => {
      if (isCurrent) setKnown({ file, read: result })
    }
    void file
      .slice(0, WHOLE_LIMIT)
      .arrayBuffer()
      .then(
        buffer => show(new Uint8Array(buffer)),
        (error: unknown) => show(failureOf(error).message),
      )
    return () => {
      isCurrent = false
    }
  }, [file])
  const isWhole = base.isWhole && file.size <= WHOLE_LIMIT
  const sizes = `${formatExactBytes(file.size)} in place of ${formatExactBytes(base.stat?.size ?? 0)}`
  return (
    <div className={styles['panel']}>
      <p className={styles['actions']}>
        Replace from {JSON.stringify(file.name)}: {sizes}. Nothing is written before Put.
        {isWhole ? '' : ` The first ${formatBytes(TEXT_PAGE)} are compared.`}
      </p>
      {read instanceof Uint8Array && (
        <div className={styles['diff']}>
          <Comparison
            key={`${file.name} ${file.lastModified} ${base.stat?.etag}`}
            before={isWhole ? base.stored : beginningOf(base.stored)}
            after={isWhole ? read : beginningOf(read)}
            names={['Stored', file.name]}
          />
        </div>
      )}
      {typeof read === 'string' && (
        <p role="alert" className={styles['byteReview']}>
          {JSON.stringify(file.name)} cannot be read: {read}
        </p>
      )}
    </div>
  )
}

function beginningOf(bytes: Uint8Array): Uint8Array {
  return wholeCharacters(bytes.subarray(0, TEXT_PAGE))
}

interface ComparisonProps {
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** The headings of both. */
  readonly names: readonly [before: string, after: string]
}

/** Two values side by side; as bytes if they are not text. */
export function Comparison({ before, after, names }: ComparisonProps) {
  const texts = useMemo(() => ({ before: decodeText(before), after: decodeText(after) }), [before, after])
  if (texts.before === undefined || texts.after === undefined) {
    return <ByteReview before={before} after={after} note="Compared byte by byte." />
  }
  if (equalBytes(before, after)) return <p className={styles['byteReview']}>Both are the same.</p>
  if (texts.before.lines.join('\n') === texts.after.lines.join('\n')) {
    return <ByteReview before={before} after={after} note="Only line ends or the byte order mark differ." />
  }
  return <TextReview before={texts.before} after={texts.after} names={names} />
}

type Text = NonNullable<ReturnType<typeof decodeText>>

interface TextReviewProps {
  readonly before: Text
  readonly after: Text
  readonly names: readonly [before: string, after: string]
}

function TextReview({ before, after, names }: TextReviewProps) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (host.current === null) return
    const left = { text: before, label: 'Value before the edits' }
    const right = { text: after, label: 'Value with the edits' }
    const view = new DiffView(shadowRootOf(host.current), left, right)
    return () => view.destroy()
  }, [before, after])
  return (
    <div className={styles['panel']}>
      <div className={styles['heads']}>
        <span>{names[0]}</span>
        <span>{names[1]}</span>
      </div>
      <div ref={host} className={styles['diff']} />
    </div>
  )
}

const MAX_CHANGES = 200
const MAX_BYTES = 24

export interface ByteReviewProps {
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly note: string
}

/** Lists the differences of two values that can't be compared as text. */
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

/** A run of bytes that differs. */
export interface ByteChange {
  readonly offset: number
  readonly before: Uint8Array
  readonly after: Uint8Array
}

/** Equal bytes between two changes that are still shown as one. */
const JOIN = 4

/**
 * The differences of two values: run by run if they have the same size, else the range between their common beginning
 * and end.
 * @param limit The maximum number of listed changes.
 */
export function byteChanges(before: Uint8Array, after: Uint8Array, limit: number): readonly ByteChange[] {
  if (before.length !== after.length) return middleChange(before, after)
  const changes: ByteChange[] = []
  let at = nextDifference(before, after, 0)
  while (at < before.length && changes.length < limit) {
    let end = at + 1
    let next = nextDifference(before, after, end)
    while (next < before.length && next - end < JOIN) {
      end = next + 1
      next = nextDifference(before, after, end)
    }
    changes.push({ offset: at, before: before.subarray(at, end), after: after.subarray(at, end) })
    at = next
  }
  return changes
}

function nextDifference(a: Uint8Array, b: Uint8Array, from: number): number {
  let at = from
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}

function middleChange(before: Uint8Array, after: Uint8Array): readonly ByteChange[] {
  const limit = Math.min(before.length, after.length)
  let start = 0
  while (start < limit && before[start] === after[start]) start += 1
  let tail = 0
  while (tail < limit - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail += 1
  return [
    {
      offset: start,
      before: before.subarray(start, before.length - tail),
      after: after.subarray(start, after.length - tail),
    },
  ]
}
