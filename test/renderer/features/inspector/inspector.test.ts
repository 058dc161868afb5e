import { describe, expect, it } from 'vitest'
import { expiryFact, keyFacts, valueFacts } from '../../../../src/renderer/features/inspector/inspector.tsx'

const values = (facts: ReturnType<typeof keyFacts>): Record<string, string> =>
  Object.fromEntries(facts.map(({ name, value }) => [name, value]))

describe('keyFacts', () => {
  it('K4 K6 shows type, name and path of a key', () => {
    expect(values(keyFacts('/Comedy/Actor:Cleese'))).toEqual({
      Key: '/Comedy/Actor:Cleese',
      Type: 'Actor',
      Name: 'Cleese',
      Path: '/Comedy/Actor',
      Depth: '2',
    })
  })

  it('shows no type if there is none', () => {
    expect(Object.keys(values(keyFacts('/a/b')))).toEqual(['Key', 'Name', 'Path', 'Depth'])
    expect(Object.keys(values(keyFacts('/')))).toEqual(['Key', 'Path', 'Depth'])
  })
})

describe('valueFacts', () => {
  it('shows the size rounded and exactly', () => {
    const [size] = valueFacts({ size: 12_345, etag: 'e' })
    expect(size).toEqual({ name: 'Size', value: '12.1 KiB', detail: '12,345 bytes' })
    expect(valueFacts({ size: 5, etag: 'e' })[0]).toEqual({ name: 'Size', value: '5 bytes' })
  })

  it('shows the times that the store reports', () => {
    expect(Object.keys(values(valueFacts({ size: 1, etag: 'e', mtime: 1, atime: 2 })))).toEqual([
      'Size',
      'Modified',
      'Accessed',
      'ETag',
    ])
  })
})

describe('expiryFact', () => {
  const now = Date.parse('2026-03-01T09:00:00')

  it.each([
    ['keeps the time to live', {}, true, 'A put keeps this time.'],
    ['limits the age of its values', { expiresHere: true }, true, 'a put begins a new age.'],
    [
      'keeps no times to live',
      {},
      false,
      'A put makes it permanent: this stack does not support a time to live.',
    ],
  ])(
    'H23 shows when a value expires, and the effect of a put if the stack %s',
    (_, rest, keepsExpiry, effect) => {
      const [fact] = expiryFact({ expires: now + 170_000, ...rest }, now, keepsExpiry)
      expect(fact).toMatchObject({ name: 'Expires', value: 'in 3 min' })
      expect(fact?.detail).toContain('2026-03-01 09:02:50. ')
      expect(fact?.detail).toContain(effect)
    },
  )

  it('shows nothing for a value that does not expire', () => {
    expect(expiryFact({}, now, true)).toEqual([])
  })
})
