import { describe, expect, it } from 'vitest'
import { DatastoreError } from '../../../../../src/core/errors.ts'
import { ForeignLmdbDriver } from '../../../../../src/core/node/engines/lmdb/foreign/foreign-driver.ts'
import { NODE } from '../../../../../src/core/node/engines/lmdb/foreign/format.ts'
import type { ByteSource } from '../../../../../src/core/node/engines/lmdb/foreign/pages.ts'
import { Snapshot } from '../../../../../src/core/node/engines/lmdb/foreign/snapshot.ts'
import type { Row } from '../../../../../src/core/ordered/driver.ts'
import { caught } from '../../../ordered/path/caught.ts'
import { BufferSource, dumped, fixture } from './fixtures.ts'

const PAST = new Uint8Array(600).fill(0xff)
const bytes = (text: string) => new TextEncoder().encode(text)
const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex')

const driverOver = (name: string, database?: string) =>
  new ForeignLmdbDriver(new BufferSource(fixture(`${name}.mdb`)), name, database)

/** All rows, in ranges of `limit`. */
function rowsOf(driver: ForeignLmdbDriver, limit: number, reverse: boolean): Row[] {
  const rows: Row[] = []
  let [from, to]: [Uint8Array, Uint8Array] = [new Uint8Array(), PAST]
  for (;;) {
    const chunk = driver.range({ from, to, limit, reverse, keysOnly: false })
    rows.push(...chunk)
    const last = chunk.at(-1)
    if (last === undefined || chunk.length < limit) return rows
    if (reverse) to = last.key
    else from = Uint8Array.of(...last.key, 0)
  }
}

describe('the reader of foreign LMDB files', () => {
  it.each([
    ['plain', undefined],
    ['deep', undefined],
    ['empty', undefined],
    ['databases', 'named'],
    ['databases', 'empty'],
  ])('E8 returns each row of %s (database %s) like mdb_dump', (name, database) => {
    const expected = dumped(database === undefined ? name : `${name}-${database}`)
    const driver = driverOver(name, database)
    for (const limit of [1, 7, 64, 65, 1000]) {
      const rows = rowsOf(driver, limit, false).map(({ key, value }) => [hex(key), hex(value)])
      expect(rows).toEqual(expected)
      const reversed = rowsOf(driver, limit, true).map(({ key, value }) => [hex(key), hex(value)])
      expect(reversed).toEqual(expected.toReversed())
    }
    for (const [key, value] of expected) {
      expect(hex(driver.get(Buffer.from(key, 'hex'))?.value)).toBe(value)
      expect(driver.has(Buffer.from(key, 'hex'))).toBe(true)
      expect(driver.get(Buffer.from(`${key}00`, 'hex'))).toBe(undefined)
    }
    expect(driver.estimate()).toBe(expected.length)
  })

  it('E2 ranges may begin and end at any key', () => {
    const driver = driverOver('plain')
    const all = rowsOf(driver, 1000, false).map(({ key }) => Buffer.from(key))
    const bounds = all
      .flatMap(key => [key, Buffer.from([...key, 0]), key.subarray(0, -1)])
      .filter((_, index) => index % 83 === 0)
    for (const from of bounds) {
      for (const to of bounds) {
        const expected = all.filter(key => key.compare(from) >= 0 && key.compare(to) < 0).map(hex)
        for (const reverse of [false, true]) {
          const rows = driver.range({ from, to, limit: 2000, reverse, keysOnly: true })
          expect(rows.map(({ key }) => hex(key))).toEqual(reverse ? expected.toReversed() : expected)
        }
      }
    }
  })

  it.each(['several', 'fixed'])('E8 returns every value of a key of database %s like mdb_dump', database => {
    const snapshot = new Snapshot(new BufferSource(fixture('databases.mdb')), database)
    const rows = snapshot.read(tree =>
      [...tree.walk({})].flatMap(leaf => {
        const isOne = (leaf.node.flags & NODE.duplicates) === 0
        const values = isOne ? [tree.valueOf(leaf)] : [...tree.valuesOf(leaf)]
        return values.map(value => [hex(leaf.node.key), hex(value)])
      }),
    )
    expect(rows).toEqual(dumped(`databases-${database}`))
  })

  it('E8 a key with several values reads as a list, and one with a single value as that value', () => {
    const driver = driverOver('databases', 'several')
    const text = (key: string) => new TextDecoder().decode(driver.get(bytes(key))?.value)
    expect(text('key 0')).toBe('value 0 of 0')
    expect(JSON.parse(text('key 1'))).toEqual(['value 0 of 1', 'value 1 of 1'])
    expect(JSON.parse(text('key 45'))).toHaveLength(400)
    expect(JSON.parse(text('bytes'))).toEqual(['text', { base64: '//4=' }])
  })

  it('E8 the main database lists its databases, with a hint how to open them', () => {
    const driver = driverOver('databases')
    const keys = driver.range({ from: bytes(''), to: PAST, limit: 10, reverse: false, keysOnly: true })
    expect(keys.map(({ key }) => new TextDecoder().decode(key))).toEqual([
      'beside',
      'empty',
      'fixed',
      'integers',
      'named',
      'several',
    ])
    expect(driver.get(bytes('beside'))?.value).toEqual(bytes('in the main database'))
    expect(caught(() => driver.get(bytes('named')))).toMatchObject({ code: 'UNSUPPORTED' })
    expect(caught(() => driverOver('databases', 'none').check())).toMatchObject({
      code: 'CONFIG_INVALID',
      message:
        'Cannot open an LMDB file: it has no database "none"; its databases are "empty", "fixed", "integers", "named", "several"',
    })
    expect(caught(() => driverOver('databases', 'integers').check())).toMatchObject({
      code: 'CONFIG_INVALID',
    })
    expect(caught(() => driverOver('plain', 'x').check())).toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('E8 is read-only, and CLOSED after close', () => {
    const driver = driverOver('plain')
    expect(driver.capabilities.writable).toBe(false)
    expect(caught(() => driver.write())).toMatchObject({ code: 'READ_ONLY' })
    driver.close()
    driver.close()
    expect(caught(() => driver.get(bytes('a')))).toMatchObject({ code: 'CLOSED' })
  })
})

describe('the reader of foreign LMDB files beside a writer', () => {
  const states = Array.from({ length: 8 }, (_, index) => fixture(`commit-${index}.mdb`))

  /** A file whose writer commits during some of the reads. */
  class WrittenSource extends BufferSource {
    commits = 0
    readonly #isDue: () => boolean

    constructor(isDue: () => boolean) {
      super(states[0]!)
      this.#isDue = isDue
    }

    override read(offset: number, length: number): Buffer {
      if (this.commits < states.length - 1 && this.#isDue()) this.bytes = states[++this.commits]!
      return super.read(offset, length)
    }
  }

  it('E8 a chunk belongs to one transaction, even if others commit', () => {
    let seed = 1
    const random = (count: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * count)
    }
    const seen = new Set<string>()
    for (let run = 0; run < 1000; run++) {
      const every = 1 + random(40)
      const source = new WrittenSource(() => random(every) === 0)
      const driver = new ForeignLmdbDriver(source, 'written')
      for (let index = 0; index < 4; index++) {
        const rows = driver.range({
          from: bytes(String(random(200)).padStart(4, '0')),
          to: bytes('a'),
          limit: 64,
          reverse: random(2) === 0,
          keysOnly: false,
        })
        const found = new Set(rows.map(({ value }) => new TextDecoder().decode(value)))
        expect(found.size).toBeLessThanOrEqual(1)
        for (const value of found) {
          expect(value).toBe((value[0] as string).repeat(40 + Number(value[0])))
          seen.add(value)
        }
        const [long] = driver.range({
          from: bytes('of'),
          to: bytes('p'),
          limit: 9,
          reverse: false,
          keysOnly: false,
        })
        const name = new TextDecoder().decode(long?.key)
        expect(new TextDecoder().decode(long?.value)).toBe((name[3] as string).repeat(5000))
      }
    }
    expect(seen.size).toBe(states.length)
  })

  it('E8 if others commit during every read, it fails with that reason', () => {
    let commit = 0
    const source: ByteSource = {
      size: () => states[0]!.length,
      read: (offset, length) => Buffer.from(states[commit++ % 8]!.subarray(offset, offset + length)),
      close: () => undefined,
    }
    const error = caught(() => new ForeignLmdbDriver(source, 'busy').get(bytes('0001')))
    expect(error).toMatchObject({
      code: 'IO',
      message: expect.stringContaining('faster than it can be read') as string,
    })
  })

  it('D9 othersWrote() reports commits by others', () => {
    const source = new BufferSource(states[0]!)
    const driver = new ForeignLmdbDriver(source, 'asked')
    driver.othersWrote()
    expect(driver.othersWrote()).toBe(false)
    source.bytes = states[1]!
    expect([driver.othersWrote(), driver.othersWrote()]).toEqual([true, false])
  })

  it('D12 reports commits by others to watchers', async () => {
    const source = new BufferSource(states[0]!)
    const driver = new ForeignLmdbDriver(source, 'watched')
    const reported = new Promise<unknown>(resolve => {
      const end = driver.changes(change => {
        end()
        resolve(change)
      })
    })
    source.bytes = states[1]!
    expect(await reported).toBe('resync')
  })
})

describe('the reader of damaged LMDB files', () => {
  it.each(['plain', 'deep', 'databases', 'commit-7'])(
    'E8 answers or fails with a code, for %s',
    name => {
      const whole = fixture(`${name}.mdb`)
      const database = name === 'databases' ? ['several', 'fixed', 'named', undefined] : [undefined]
      let seed = 7
      const random = (count: number) => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        return Math.floor((seed / 2 ** 32) * count)
      }
      const outcomes = new Map<string, number>()
      const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      const pages = whole.length / 4096
      for (let run = 0; run < 400; run++) {
        const damaged = Buffer.from(whole)
        for (let harm = random(4); harm >= 0; harm--) {
          // Most significant bytes are at the beginning of a page and at the beginning of its nodes.
          const page = random(pages) * 4096
          const at = page + (random(2) === 0 ? random(64) : random(4096))
          const kind = random(5)
          if (kind === 0) damaged[at] = random(256)
          else if (kind === 1) damaged.writeUInt16LE(random(0x10000), Math.min(at, whole.length - 2))
          else if (kind === 2) damaged.fill(random(2) * 255, at, Math.min(whole.length, at + random(64)))
          else if (kind === 3)
            damaged.copy(damaged, page + 16, random(pages) * 4096 + 16, random(pages) * 4096 + 4096)
          else damaged.writeBigUInt64LE(BigInt(random(pages)), Math.min(at, whole.length - 8))
        }
        const cut = random(20) === 0 ? damaged.subarray(0, random(whole.length)) : damaged
        const driver = new ForeignLmdbDriver(new BufferSource(cut), name, database[run % database.length])
        for (const work of [
          () => rowsOf(driver, 500, false),
          () => rowsOf(driver, 500, true),
          () => driver.get(bytes('/key/77')),
        ]) {
          try {
            work()
            count('answer')
          } catch (error) {
            expect(error).toBeInstanceOf(DatastoreError)
            count((error as DatastoreError).code)
          }
        }
      }
      expect(
        [...outcomes.keys()].filter(
          code => !['answer', 'CORRUPT', 'CONFIG_INVALID', 'UNSUPPORTED'].includes(code),
        ),
      ).toEqual([])
      expect(outcomes.get('CORRUPT')).toBeGreaterThan(100)
      expect(outcomes.get('answer')).toBeGreaterThan(100)
    },
    60_000,
  )
})
