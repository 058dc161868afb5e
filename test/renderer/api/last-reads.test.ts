import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../../../src/renderer/api/client.ts'
import { createLastReads } from '../../../src/renderer/api/last-reads.ts'

function withCalls() {
  const calls: unknown[] = []
  const client = {
    call: async (_name: string, input: unknown) => void calls.push(input),
    on: () => () => undefined,
    onLost: () => () => undefined,
  } as unknown as Client
  return { calls, reads: createLastReads(client) }
}

const told = (isFollowed: boolean) => ({ session: 's', isFollowed })

describe('createLastReads()', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('O9 follow() asks the host once for several that show the reads, and once more after the last has gone', async () => {
    const { calls, reads } = withCalls()
    const [first, second] = [reads.follow('s'), reads.follow('s')]
    expect(calls).toEqual([told(true)])
    first()
    second()
    await vi.runAllTimersAsync()
    expect(calls).toEqual([told(true), told(false)])
  })

  it('O9 follow() goes on where another one follows in the next moment', async () => {
    const { calls, reads } = withCalls()
    reads.follow('s')()
    reads.follow('s')
    await vi.runAllTimersAsync()
    expect(calls).toEqual([told(true)])
  })

  it('O9 renew() follows again, after a time without connection', async () => {
    const { calls, reads } = withCalls()
    reads.follow('s')
    await reads.renew()
    expect(calls).toEqual([told(true), told(true)])
  })
})
