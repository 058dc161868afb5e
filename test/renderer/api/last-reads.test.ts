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

const followCall = (isFollowed: boolean) => ({ session: 's', isFollowed })

describe('createLastReads()', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('O9 follow() calls the host once for several followers, and once more after the last one stops', async () => {
    const { calls, reads } = withCalls()
    const [first, second] = [reads.follow('s'), reads.follow('s')]
    expect(calls).toEqual([followCall(true)])
    first()
    second()
    await vi.runAllTimersAsync()
    expect(calls).toEqual([followCall(true), followCall(false)])
  })

  it('O9 follow() makes no call if another follower starts right after one stops', async () => {
    const { calls, reads } = withCalls()
    reads.follow('s')()
    reads.follow('s')
    await vi.runAllTimersAsync()
    expect(calls).toEqual([followCall(true)])
  })

  it('O9 renew() follows again after a reconnect', async () => {
    const { calls, reads } = withCalls()
    reads.follow('s')
    await reads.renew()
    expect(calls).toEqual([followCall(true), followCall(true)])
  })
})
