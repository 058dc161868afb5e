import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { decodeText } from '../model/text-codec.ts'
import type { ValueModel } from '../model/value-model.ts'
import { ByteReview } from './byte-review.tsx'
import { DiffView } from './diff-view.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './shadow-mount.ts'

export interface ReviewPanelProps {
  readonly model: ValueModel
}

/** The edits beside what they were made to. */
export function ReviewPanel({ model }: ReviewPanelProps) {
  const [{ before, after }] = useState(() => ({
    before: model.state.base.bytes,
    after: model.slot.currentBytes(),
  }))
  const texts = useMemo(() => ({ before: decodeText(before), after: decodeText(after) }), [before, after])
  if (texts.before === undefined || texts.after === undefined) {
    return <ByteReview before={before} after={after} note="Compared byte by byte." />
  }
  if (texts.before.lines.join('\n') === texts.after.lines.join('\n')) {
    return <ByteReview before={before} after={after} note="Only line ends or the byte order mark differ." />
  }
  return <TextReview before={texts.before} after={texts.after} />
}

type Text = NonNullable<ReturnType<typeof decodeText>>

function TextReview({ before, after }: { readonly before: Text; readonly after: Text }) {
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
        <span>Stored</span>
        <span>Edited</span>
      </div>
      <div ref={host} className={styles['diff']} />
    </div>
  )
}
