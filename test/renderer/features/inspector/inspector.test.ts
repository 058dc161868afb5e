import { describe, expect, it } from 'vitest'
import { expiryFact, keyFacts, valueFacts } from '../../../../src/renderer/features/inspector/inspector.tsx'

const values = (facts: ReturnType<typeof keyFacts>): Record<string, string> =>
  Object.fromEntries(facts.map(({ name, value }) => [name, value]))

describe('keyFacts', () => {
  it('K4 K6 says type, name and path of a key', () => {
    expect(values(keyFacts('/Comedy/Actor:Cleese'))).toEqual({
      Key: '/Comedy/Actor:Cleese',
      Type: 'Actor',
      Name: 'Cleese',
      Path: '/Comedy/Actor',
      Depth: '2',
    })
  })

  it('says no type where there is none', () => {
    expect(Object.keys(values(keyFacts('/a/b')))).toEqual(['Key', 'Name', 'Path', 'Depth'])
    expect(Object.keys(values(keyFacts('/')))).toEqual(['Key', 'Path', 'Depth'])
  })
})

describe('valueFacts', () => {
  it('says the size for people and exactly', () => {
    const [size] = valueFacts({ size: 12_345, etag: 'e' })
    expect(size).toEqual({ name: 'Size', value: '12.1 KiB', detail: '12,345 bytes' })
    expect(valueFacts({ size: 5, etag: 'e' })[0]).toEqual({ name: 'Size', value: '5 bytes' })
  })

  it('says the times that the store says', () => {
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
    'H23 says when a value expires, and what a put does where the stack %s',
    (_, rest, keepsExpiry, effect) => {
      const [fact] = expiryFact({ expires: now + 170_000, ...rest }, now, keepsExpiry)
      expect(fact).toMatchObject({ name: 'Expires', value: 'in 3 min' })
      expect(fact?.detail).toContain('2026-03-01 09:02:50. ')
      expect(fact?.detail).toContain(effect)
    },
  )

  it('says nothing of a value that does not expire', () => {
    expect(expiryFact({}, now, true)).toEqual([])
  })
})
