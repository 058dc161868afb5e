import { describe, expect, it } from 'vitest'
import { cache } from '../../src/core/adapters/cache.ts'
import { memoryJournal } from '../../src/core/adapters/journal/memory-journal.ts'
import { TieredDatastore } from '../../src/core/adapters/tiered/tiered.ts'
import { nestedPath } from '../../src/core/adapters/transform/nested-path.ts'
import { rateLimit } from '../../src/core/layers/rate-limit.ts'
import { retry } from '../../src/core/layers/retry.ts'
import { timeout } from '../../src/core/layers/timeout.ts'
import { checkOptions, numberFrom, oneOf, wholeNumber } from '../../src/core/options.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'

const memory = () => new MemoryDatastore()
const tiered = (options: object) =>
  new TieredDatastore([memory(), memory()], { mode: 'write-back', ...options })

/** Creates an object with an option, and lists the options that take a number. */
const MAKERS: Readonly<Record<string, readonly [make: (options: object) => unknown, ...names: string[]]>> = {
  memory: [options => new MemoryDatastore(options), 'maxEntries', 'maxBytes', 'ttl'],
  cache: [options => cache(memory(), options), 'maxEntries', 'maxBytes', 'ttl', 'negativeTtl'],
  retry: [options => retry(memory(), options), 'attempts', 'delay', 'maxDelay'],
  timeout: [options => timeout(memory(), (options as { milliseconds: number }).milliseconds), 'milliseconds'],
  rateLimit: [options => rateLimit(memory(), { perSecond: 1, ...options }), 'perSecond', 'burst'],
  tiered: [
    tiered,
    'maxUnflushedEntries',
    'maxUnflushedBytes',
    'flushDelay',
    'maxFlushDelay',
    'flushAttempts',
  ],
  nestedPath: [nestedPath, 'depth', 'length'],
  memoryJournal: [memoryJournal, 'maxBytes'],
}
const WHOLE = /Entries|Bytes|attempts|depth|length/

describe('options', () => {
  it.each(Object.entries(MAKERS))(
    'D32 %s rejects invalid numbers as CONFIG_INVALID',
    (_, [make, ...names]) => {
      for (const name of names) {
        const wrong = [Number.NaN, -1, '5', null, {}, ...(WHOLE.test(name) ? [2.5] : [])]
        for (const value of wrong)
          expect(() => make({ [name]: value }), `${name}: ${JSON.stringify(value)}`).toThrow(
            expect.objectContaining({
              code: 'CONFIG_INVALID',
              message: expect.stringContaining(`${name} is a`) as unknown,
            }),
          )
        make(name === 'milliseconds' ? { milliseconds: 5000 } : { [name]: 5000 })
      }
    },
  )

  it('D32 an unknown policy is rejected', () => {
    expect(() => new MemoryDatastore({ policy: 'x' as 'lru' })).toThrow(
      'Cannot limit what a store keeps: policy is "lru" or "lfu", not "x"',
    )
    expect(() => cache(memory(), { policy: 'x' as 'lru' })).toThrow('policy is "lru" or "lfu", not "x"')
  })

  it('D32 checkOptions() ignores absent options, and names the first invalid one', () => {
    const rules = { a: wholeNumber(1, 3), b: numberFrom(0), c: oneOf(['x']) }
    checkOptions('open it', { a: undefined, b: 0, c: 'x' }, rules)
    expect(() => checkOptions('open it', { a: 4, b: -1 }, rules)).toThrow(
      'Cannot open it: a is a whole number from 1 to 3, not 4',
    )
  })
})
