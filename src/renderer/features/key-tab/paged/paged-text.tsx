import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import {
  type KeyboardEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import { Emitter } from '../../../../core/concurrency/emitter.ts'
import { isEncoding } from '../../../../core/values/pipeline.ts'
import { ENCODING_NAMES, type TextEncodingName } from '../../../../core/values/text-encodings.ts'
import type { Failure } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { IconButton } from '../../../ui/button.tsx'
import { loadable } from '../../../ui/loadable.tsx'
import { FailureLine, Skeleton } from '../bars.tsx'
import { parseOffset } from '../hex/hex-keys.ts'
import { failureOf, readRange, type ValueAddress, type Version } from '../model/value-calls.ts'
import type { ValueModel } from '../model/value-model.ts'
import styles from './paged.module.css'
import { cutPage, pageCount, pageOfOffset, pageText, pageWindow } from './text-pages.ts'

export const TextViewer = loadable('TextViewer', async () => {
  return (await import('../editor/value-text-editor.tsx')).TextViewer
})

/** Turn pages from within the text. */
const STEPS: Readonly<Record<string, number>> = { PageUp: -1, PageDown: 1 }

interface PagedTextProps {
  readonly model: ValueModel
  readonly base: Version
}

/** A large value as text, a page at a time. */
export function PagedText({ model, base }: PagedTextProps) {
  const [first] = base.decoding.pipeline
  const encoding = isEncoding(first) ? first : 'utf-8'
  const pager = useMemo(
    () => new TextPager(model.client, model.address, base, encoding),
    [model, base, encoding],
  )
  const { page, failure, isLoading, index } = useSyncExternalStore(pager.subscribe, pager.getSnapshot)
  const text = useMemo(() => pageText(page.bytes, encoding), [page, encoding])
  useEffect(() => () => pager.close(), [pager])
  const attach = useCallback((focus: () => void) => model.document.attachViewer(focus), [model])
  const turn = (event: KeyboardEvent) => {
    const step = event.altKey ? STEPS[event.key] : undefined
    if (step === undefined) return
    event.preventDefault()
    void pager.goTo(Math.max(0, Math.min(pager.count - 1, index + step)))
  }

  return (
    <div className={styles['column']} onKeyDown={turn}>
      {failure !== undefined && <FailureLine failure={failure} onRetry={() => void pager.goTo(index)} />}
      {text.isLossy && (
        <p className={styles['note']}>
          This page holds bytes that are not {ENCODING_NAMES[encoding]}; they are shown as �. Choose another
          encoding above, or “Bytes”.
        </p>
      )}
      <div className={styles['body']} aria-busy={isLoading}>
        <Suspense fallback={<Skeleton />}>
          <TextViewer label="Value" bytes={text.bytes} attach={attach} />
        </Suspense>
      </div>
      <PageBar pager={pager} size={pager.size} page={page} index={index} isLoading={isLoading} />
    </div>
  )
}

interface PageBarProps {
  readonly pager: TextPager
  readonly size: number
  readonly page: TextPage
  readonly index: number
  readonly isLoading: boolean
}

/** Controls for the pages of a large text, and the range of bytes shown. */
function PageBar({ pager, size, page, index, isLoading }: PageBarProps) {
  const [wanted, setWanted] = useState('')
  const last = pager.count - 1
  const offset = parseOffset(wanted)
  const goTo = (to: number) => void pager.goTo(Math.max(0, Math.min(last, to)))
  return (
    <div role="group" aria-label="Pages" className={styles['bar']}>
      <IconButton label="First page" icon={ChevronFirst} isDisabled={index === 0} onPress={() => goTo(0)} />
      <IconButton
        label="Previous page"
        icon={ChevronLeft}
        isDisabled={index === 0}
        onPress={() => goTo(index - 1)}
      />
      <IconButton
        label="Next page"
        icon={ChevronRight}
        isDisabled={index === last}
        onPress={() => goTo(index + 1)}
      />
      <IconButton
        label="Last page"
        icon={ChevronLast}
        isDisabled={index === last}
        onPress={() => goTo(last)}
      />
      <span role="status">
        Page {(index + 1).toLocaleString('en-US')} of {pager.count.toLocaleString('en-US')} ·{' '}
        {isLoading ? 'reading…' : bytesShown(page, size)}
      </span>
      <form
        className={styles['goTo']}
        onSubmit={event => {
          event.preventDefault()
          if (offset !== undefined) goTo(pageOfOffset(offset, size))
        }}
      >
        <input
          aria-label="Go to byte"
          aria-invalid={wanted.trim() !== '' && offset === undefined}
          placeholder="Go to byte: 1024 or 0x400"
          value={wanted}
          onChange={event => setWanted(event.target.value)}
        />
      </form>
    </div>
  )
}

function bytesShown({ offset, bytes }: TextPage, size: number): string {
  const [from, to, all] = [offset, offset + bytes.length, size].map(value => value.toLocaleString('en-US'))
  return `bytes ${from} to ${to} of ${all}`
}

interface TextPage {
  /** The offset of its first byte in the value. */
  readonly offset: number
  readonly bytes: Uint8Array
}

interface PagerSnapshot {
  /** The requested page, from 0. */
  readonly index: number
  /** The shown page: the previous one until the next is loaded. */
  readonly page: TextPage
  readonly isLoading: boolean
  readonly failure: Failure | undefined
}

/** Turns the pages of a large text. Holds one page and the value's first bytes. */
class TextPager {
  readonly size: number
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #base: Version
  readonly #encoding: TextEncodingName
  readonly #changed = new Emitter()
  #running = new AbortController()
  #snapshot: PagerSnapshot

  constructor(client: Client, address: ValueAddress, base: Version, encoding: TextEncodingName) {
    this.#client = client
    this.#address = address
    this.#base = base
    this.#encoding = encoding
    this.size = base.stat?.size ?? base.bytes.length
    this.#snapshot = { index: 0, page: this.#cut(0, base.bytes), isLoading: false, failure: undefined }
  }

  get count(): number {
    return pageCount(this.size)
  }

  readonly getSnapshot = (): PagerSnapshot => this.#snapshot

  readonly subscribe = this.#changed.subscribe

  /** Shows page `index`, from 0. Cancels a page turn that is still running. */
  async goTo(index: number): Promise<void> {
    this.#running.abort()
    const { signal } = (this.#running = new AbortController())
    this.#show({ index, isLoading: true, failure: undefined })
    try {
      const page = await this.#read(index, signal)
      if (!signal.aborted) this.#show({ page, isLoading: false })
    } catch (error) {
      if (!signal.aborted) this.#show({ isLoading: false, failure: failureOf(error) })
    }
  }

  close(): void {
    this.#running.abort()
  }

  async #read(index: number, signal: AbortSignal): Promise<TextPage> {
    const { start, end } = pageWindow(index, this.size)
    const { bytes, stat } = this.#base
    if (end <= bytes.length) return this.#cut(index, bytes.subarray(start, end))
    const window = await readRange(this.#client, this.#address, stat?.etag, { start, end }, signal)
    return this.#cut(index, window)
  }

  #cut(index: number, window: Uint8Array): TextPage {
    const { end, start } = pageWindow(index, this.size)
    return cutPage(index, this.size, window.subarray(0, end - start), this.#encoding)
  }

  #show(change: Partial<PagerSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    this.#changed.emit()
  }
}
