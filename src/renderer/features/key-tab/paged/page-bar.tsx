import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../../../ui/icon-button.tsx'
import { parseOffset } from '../hex/hex-keys.ts'
import styles from './paged.module.css'
import type { TextPage, TextPager } from './text-pager.ts'
import { pageOfOffset } from './text-pages.ts'

export interface PageBarProps {
  readonly pager: TextPager
  readonly size: number
  readonly page: TextPage
  readonly index: number
  readonly isLoading: boolean
}

/** Turns the pages of a large text, and says which bytes are shown. */
export function PageBar({ pager, size, page, index, isLoading }: PageBarProps) {
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
