import { describe, expect, it } from 'vitest'
import { BYTE_PAGE, PagedBytes } from '../../../../../src/renderer/features/key-tab/paged/paged-bytes.ts'

interface Read {
  readonly start: number
  readonly end: number
  readonly signal: AbortSignal
  answer(): void
  fail(): void
}

/**
 * Pages over a value of 100 pages whose bytes are their page's number. The test controls when reads settle.
 */
function open(head = new Uint8Array()) {
  const reads: Read[] = []
  const size = 100 * BYTE_PAGE - 10
  const pages = new PagedBytes(size, head, (start, end, signal) => {
    return new Promise((resolve, reject) => {
      reads.push({
        start,
        end,
        signal,
        answer: () => resolve(new Uint8Array(end - start).fill(start / BYTE_PAGE)),
        fail: () => reject(new Error('no')),
      })
    })
  })
  const nextChange = () => new Promise<void>(resolve => void pages.subscribe(resolve))
  return { pages, reads, nextChange, size }
}

describe('PagedBytes', () => {
  it('reads visible pages, once, and notifies when they arrive', async () => {
    const { pages, reads, nextChange } = open()
    expect(pages.byteAt(5 * BYTE_PAGE)).toBeUndefined()
    pages.request(5 * BYTE_PAGE + 100, 5 * BYTE_PAGE + 900)
    pages.request(5 * BYTE_PAGE + 100, 5 * BYTE_PAGE + 900)
    expect(reads.map(({ start, end }) => [start, end])).toEqual([[5 * BYTE_PAGE, 6 * BYTE_PAGE]])
    const changed = nextChange()
    reads[0]!.answer()
    await changed
    expect(pages.byteAt(6 * BYTE_PAGE - 1)).toBe(5)
  })

  it('starts with the bytes it was given, in whole pages', () => {
    const { pages } = open(new Uint8Array(BYTE_PAGE + 5).fill(7))
    expect(pages.byteAt(BYTE_PAGE - 1)).toBe(7)
    expect(pages.byteAt(BYTE_PAGE)).toBeUndefined()
  })

  it('cancels reads of positions that are no longer visible', () => {
    const { pages, reads } = open()
    pages.request(0, 10)
    pages.request(50 * BYTE_PAGE, 51 * BYTE_PAGE + 1)
    expect(reads.map(read => read.signal.aborted)).toEqual([true, false, false])
    pages.close()
    expect(reads.every(read => read.signal.aborted)).toBe(true)
  })

  it('reads nothing past the end', () => {
    const { pages, reads, size } = open()
    pages.request(size - 5, size + 5000)
    expect(reads.map(({ end }) => end)).toEqual([size])
  })

  it('requests a page that failed only after a retry', async () => {
    const { pages, reads, nextChange } = open()
    pages.request(0, 10)
    const failed = nextChange()
    reads[0]!.fail()
    await failed
    expect(pages.error).toBeInstanceOf(Error)
    pages.request(0, 10)
    expect(reads).toHaveLength(1)
    pages.retry()
    expect(pages.error).toBeUndefined()
    pages.request(0, 10)
    expect(reads).toHaveLength(2)
  })

  it('holds a bounded number of pages, the most recently used ones', async () => {
    const { pages, reads, nextChange } = open()
    for (let page = 0; page < 80; page++) {
      pages.request(page * BYTE_PAGE, page * BYTE_PAGE + 1)
      const changed = nextChange()
      reads[page]!.answer()
      await changed
    }
    const held = Array.from({ length: 80 }, (_, page) => pages.byteAt(page * BYTE_PAGE)).filter(
      byte => byte !== undefined,
    )
    expect(held).toHaveLength(64)
    expect(pages.byteAt(79 * BYTE_PAGE)).toBe(79)
    expect(pages.byteAt(0)).toBeUndefined()
  })
})
