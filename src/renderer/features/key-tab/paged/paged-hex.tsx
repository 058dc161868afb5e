import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { FailureLine } from '../bars.tsx'
import { HexView } from '../hex/hex-view.tsx'
import { failureOf, readRange, type Version } from '../model/value-calls.ts'
import type { ValueModel } from '../model/value-model.ts'
import styles from './paged.module.css'
import { PagedBytes } from './paged-bytes.ts'

export interface PagedHexProps {
  readonly model: ValueModel
  readonly base: Version
}

/** A large value as hex. Only visible parts are read. */
export function PagedHex({ model, base }: PagedHexProps) {
  const [pages] = useState(() => openPages(model, base))
  const version = useSyncExternalStore(pages.subscribe, () => pages.version)
  const onWindow = useCallback((start: number, end: number) => pages.request(start, end), [pages])
  useEffect(() => () => pages.close(), [pages])
  const body = useRef<HTMLDivElement>(null)
  useEffect(
    () =>
      model.document.attachViewer(() => body.current?.querySelector<HTMLElement>('[role="grid"]')?.focus()),
    [model],
  )
  return (
    <div className={styles['column']}>
      {pages.error !== undefined && (
        <FailureLine failure={failureOf(pages.error)} onRetry={() => pages.retry()} />
      )}
      <div ref={body} className={styles['body']}>
        <HexView source={pages} version={version} onWindow={onWindow} />
      </div>
    </div>
  )
}

function openPages({ client, address }: ValueModel, { stat, bytes }: Version): PagedBytes {
  return new PagedBytes(stat?.size ?? bytes.length, bytes, (start, end, signal) =>
    readRange(client, address, stat?.etag, { start, end }, signal),
  )
}
