import { type ReactNode, useMemo } from 'react'
import { useIsDelayed } from '../../ui/delayed.tsx'
import { formatExactBytes } from '../../ui/text/format.ts'
import type { JsonTextError } from './editor/value-text-editor.tsx'
import styles from './key-tab.module.css'
import type { OpenValue } from './model/document.ts'
import { DRAFT_LIMITS } from './model/drafts.ts'
import { textFactsOf } from './model/value-facts.ts'

interface ChipLineProps {
  /** The pattern of keys that are shown by these stages, if the user chose them. */
  readonly remembered: string | undefined
  readonly open: OpenValue
  readonly lock: string | undefined
  /** Whether the value is being decoded by other stages. */
  readonly isDecoding: boolean
  /** Where the value lives. */
  readonly places?: ReactNode
  readonly jsonError: JsonTextError | undefined
  /** Goes to the error. */
  readonly onJsonError: () => void
}

/** Facts about the bytes, and the state of the edits. */
export function ChipLine(props: ChipLineProps) {
  const { remembered, open, lock, isDecoding, places, jsonError, onJsonError } = props
  const isWaiting = useIsDelayed(isDecoding)
  const { base } = open
  const facts = useMemo(() => textFactsOf(base), [base])
  const unpacked = base.decoding.sizes.at(-1)
  return (
    <div className={styles['chipLine']}>
      <span>
        {formatExactBytes(base.stat?.size ?? 0)}
        {unpacked === undefined ? '' : ` stored, ${formatExactBytes(unpacked)} unpacked`}
      </span>
      {facts.length > 0 && <span>{facts.join(' · ')}</span>}
      {remembered !== undefined && <span>Remembered for {remembered}</span>}
      {jsonError !== undefined && (
        <button type="button" className={styles['mistake']} onClick={onJsonError}>
          Line {jsonError.line}, column {jsonError.column}: {jsonError.message}
        </button>
      )}
      <span role="status" className={styles['state']} aria-busy={isWaiting}>
        {isWaiting ? 'Decoding…' : stateOf(open, lock)}
      </span>
      {places}
    </div>
  )
}

function stateOf({ isPutting, isDirty, base, replacement }: OpenValue, lock: string | undefined): string {
  if (isPutting) return 'Putting…'
  const isKept = (replacement?.size ?? base.bytes.length) <= DRAFT_LIMITS.bytes
  const kept = isKept ? '' : ', too large to be kept as a draft'
  const file = replacement === undefined ? undefined : `Put writes ${replacement.name} in its place${kept}`
  const unsaved = `Unsaved changes${kept}`
  const edits = file ?? (base.stat === undefined ? 'New, not put yet' : isDirty ? unsaved : '')
  return [lock, edits].filter(part => part !== undefined && part !== '').join(' · ')
}
