import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WriteQueue } from '../../../src/core/concurrency/write-queue.ts'
import { Key } from '../../../src/core/key.ts'

const names = ['a', 'b', 'c']
const call = fc.record({
  isWrite: fc.boolean(),
  keys: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
  isFailing: fc.boolean(),
})

describe('WriteQueue', () => {
  it('D16 a write runs alone on its keys, after all before it; reads run side by side', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(call, { maxLength: 15 }), async (scheduler, calls) => {
        const queue = new WriteQueue()
        const running = new Map<string, { reads: number; writes: number }>()
        const started: { index: number; isWrite: boolean; keys: readonly string[] }[] = []
        const results = calls.map(({ isWrite, keys, isFailing }, index) => {
          const used = isWrite ? keys : keys.slice(0, 1)
          const work = async () => {
            started.push({ index, isWrite, keys: used })
            for (const key of used) {
              const now = running.get(key) ?? { reads: 0, writes: 0 }
              expect(now.writes, 'nobody writes yet').toBe(0)
              if (isWrite) expect(now.reads, 'nobody reads during a write').toBe(0)
              running.set(key, { reads: now.reads + Number(!isWrite), writes: now.writes + Number(isWrite) })
            }
            await scheduler.schedule(Promise.resolve())
            for (const key of used) {
              const now = running.get(key)!
              running.set(key, { reads: now.reads - Number(!isWrite), writes: now.writes - Number(isWrite) })
            }
            if (isFailing) throw new Error('failed')
            return index
          }
          return isWrite
            ? queue.write(
                used.map(key => Key.of(key)),
                work,
              )
            : queue.read(Key.of(used[0]!), work)
        })
        const outcomes = Promise.allSettled(results)
        await scheduler.waitFor(outcomes)
        for (const [index, outcome] of (await outcomes).entries()) {
          if (calls[index]!.isFailing) expect(outcome.status).toBe('rejected')
          else expect(outcome).toEqual({ status: 'fulfilled', value: index })
        }
        for (const [at, one] of started.entries()) {
          for (const later of started.slice(at + 1)) {
            const meet = one.keys.some(key => later.keys.includes(key)) && (one.isWrite || later.isWrite)
            if (meet) expect(one.index, 'call order').toBeLessThan(later.index)
          }
        }
        await queue.drain()
        expect(queue.isIdle).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('D16 what has to wait in followInTurn() keeps call order with what is called later', async () => {
    for (const isWrite of [true, false]) {
      const queue = new WriteQueue()
      const order: string[] = []
      const key = Key.of('a')
      const slowly = (name: string) => async () => {
        await new Promise(resolve => setImmediate(resolve))
        order.push(name)
      }
      await Promise.all([
        queue.write([key], slowly('first')),
        queue.followInTurn(key, isWrite, slowly('followed')),
        queue.write([key], slowly('last')),
      ])
      expect(order).toEqual(['first', 'followed', 'last'])
      expect(queue.isIdle).toBe(true)
    }
  })

  it('D16 drain() waits for what was called before it', async () => {
    const queue = new WriteQueue()
    let release: (() => void) | undefined
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    const order: string[] = []
    const write = queue.write([Key.of('a')], () => gate).then(() => order.push('write'))
    const read = queue.read(Key.of('a'), async () => order.push('read'))
    const drained = queue.drain().then(() => order.push('drained'))
    release?.()
    await Promise.all([write, read, drained])
    expect(order).toEqual(['write', 'read', 'drained'].filter(step => order.includes(step)))
    expect(order.at(-1)).toBe('drained')
    await new WriteQueue().drain()
  })

  it('D16 a key that was worked on is forgotten', async () => {
    const queue = new WriteQueue()
    expect(queue.isIdle).toBe(true)
    const [one, two] = [Key.of('a'), Key.of('b')]
    const work = [
      queue.write([one, two], async () => undefined),
      queue.read(one, async () => undefined),
      queue.write([two], () => Promise.reject(new Error('failed'))).catch(() => undefined),
      queue.read(two, () => Promise.reject(new Error('failed'))).catch(() => undefined),
    ]
    expect(queue.isIdle).toBe(false)
    await Promise.all(work)
    await queue.drain()
    expect(queue.isIdle).toBe(true)
  })
})
