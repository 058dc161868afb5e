import { describe, expect, it } from 'vitest'
import { Gate } from '../../../src/core/open/turns.ts'

const ended = () => undefined

/** Work that ends when `end` is called. */
function held(log: string[], name: string) {
  let end = () => {}
  const ending = new Promise<void>(resolve => {
    end = resolve
  })
  const work = async () => {
    log.push(`${name} begins`)
    await ending
    log.push(`${name} ends`)
  }
  return { work, end: () => end() }
}

describe('Gate', () => {
  it('D16 a write runs alone on its keys, after all earlier calls; reads run concurrently', async () => {
    const gate = new Gate()
    const log: string[] = []
    const [first, second, write, last] = ['read 1', 'read 2', 'write', 'read 3'].map(name => held(log, name))
    const calls = [
      gate.read('a', first!.work, ended),
      gate.read('a', second!.work, ended),
      gate.write(['a', 'b'], write!.work, ended),
      gate.read('b', last!.work, ended),
    ]
    for (const one of [last, write, second, first]) one!.end()
    await Promise.all(calls)
    expect(log.slice(0, 2)).toEqual(['read 1 begins', 'read 2 begins'])
    expect(log.slice(2, 4).sort()).toEqual(['read 1 ends', 'read 2 ends'])
    expect(log.slice(4)).toEqual(['write begins', 'write ends', 'read 3 begins', 'read 3 ends'])
  })

  it('D16 a key is removed once its calls have ended, including failed ones', async () => {
    const gate = new Gate()
    const failing = gate.write(['a'], () => Promise.reject(new Error('it failed')), ended)
    const reading = gate.read('a', () => 1, ended)
    expect(gate.isIdle).toBe(false)
    await expect(failing).rejects.toThrow('it failed')
    expect(await reading).toBe(1)
    await expect.poll(() => gate.isIdle).toBe(true)
  })
})
