import { hasCode } from '../core/errors.ts'
import type { OrderedDriver, Range, Row, Seen, Write } from '../core/ordered/driver.ts'
import { expect } from './expect.ts'
import type { TestRunner } from './suite.ts'

/** How to create an engine under test. */
export interface DriverSuiteOptions {
  /** A driver over an empty location. */
  readonly create: () => Promise<OrderedDriver>
  /** Opens the location of an open driver a second time, as another process does. Required if `shared`. */
  readonly beside?: ((driver: OrderedDriver) => Promise<OrderedDriver>) | undefined
  /** Opens the location of a closed driver again. Default: nothing is persistent. */
  readonly reopen?: ((closed: OrderedDriver) => Promise<OrderedDriver>) | undefined
  /** Removes what `create` created. Runs after each test, once every driver is closed. */
  readonly destroy?: (() => Promise<void>) | undefined
}

const FIRST = new Uint8Array()
const PAST = new Uint8Array(4).fill(0xff)
const RACERS = 20

/** The contract of `OrderedDriver` as tests: bytes in order, conditional writes, atomic commits. */
export function describeOrderedDriver(
  name: string,
  options: DriverSuiteOptions,
  { describe, it }: TestRunner,
): void {
  const opened: OrderedDriver[] = []
  const open = async (making: Promise<OrderedDriver>): Promise<OrderedDriver> => {
    const driver = await making
    opened.push(driver)
    return driver
  }
  const test = (title: string, work: (driver: OrderedDriver) => Promise<void>) => {
    it(title, { timeout: 30_000 }, async () => {
      try {
        await work(await open(options.create()))
      } finally {
        for (const driver of opened.splice(0)) await driver.close()
        await options.destroy?.()
      }
    })
  }

  describe(`${name} as an OrderedDriver`, () => {
    test('E1 get: returns whole values, including an empty one, and undefined for an absent key', async driver => {
      await put(driver, 'a', bytesOf('x'))
      await put(driver, 'b', new Uint8Array())
      expect((await driver.get(bytesOf('a')))?.value).toEqual(bytesOf('x'))
      expect((await driver.get(bytesOf('b')))?.value).toEqual(new Uint8Array())
      expect(await driver.get(bytesOf('c'))).toBe(undefined)
    })

    test('E1 get: the receiver owns the bytes of a result, the caller those of a write', async driver => {
      const [key, value] = [bytesOf('a'), bytesOf('xyz')]
      await driver.write({ ...columns(driver), key, value, expect: 'any' }, false)
      key.fill(0)
      value.fill(0)
      const row = await driver.get(bytesOf('a'))
      expect(row?.value).toEqual(bytesOf('xyz'))
      row?.value?.fill(0)
      row?.key.fill(0)
      expect((await driver.get(bytesOf('a')))?.value).toEqual(bytesOf('xyz'))
    })

    test('E1 get: returns a range of a value, clipped to its size', async driver => {
      if (!driver.capabilities.parts) return
      await put(driver, 'a', bytesOf('0123456789'))
      for (const [start, end] of [
        [0, 3],
        [3, 7],
        [8, 99],
        [20, 30],
        [4, 4],
        [0, Number.MAX_SAFE_INTEGER],
      ] as const)
        expect((await driver.get(bytesOf('a'), { start, end }))?.value).toEqual(
          bytesOf('0123456789'.slice(start, end)),
        )
      expect(await driver.get(bytesOf('b'), { start: 0, end: 1 })).toBe(undefined)
    })

    test('E1 has, head: return presence and size without the value', async driver => {
      await put(driver, 'a', bytesOf('xyz'))
      expect((await driver.has?.(bytesOf('a'))) ?? true).toBe(true)
      expect((await driver.has?.(bytesOf('b'))) ?? false).toBe(false)
      const head = await (driver.head?.(bytesOf('a')) ?? driver.get(bytesOf('a')))
      expect(head?.size ?? head?.value?.length).toBe(3)
      expect(await driver.head?.(bytesOf('b'))).toBe(undefined)
    })

    test('E1 range: returns keys with any bytes in byte order, a prefix first', async driver => {
      const keys = keysOf(driver)
      for (const key of shuffled(keys)) await put(driver, key, key)
      expect(await keysIn(driver, {})).toEqual(keys)
      expect(await keysIn(driver, { reverse: true })).toEqual(keys.toReversed())
      for (const row of await rowsIn(driver, {})) expect(row.value).toEqual(row.key)
    })

    test('E1 range: from is inclusive and to exclusive, in both directions', async driver => {
      const keys = ['a', 'ab', 'abc', 'b', 'c'].map(bytesOf)
      for (const key of keys) await put(driver, key, key)
      const bounds = [FIRST, ...keys, ...['a0', 'aa', 'bb', 'd'].map(bytesOf)].sort(compare)
      for (const from of bounds) {
        for (const to of bounds) {
          if (compare(from, to) > 0) continue
          const expected = keys.filter(key => compare(key, from) >= 0 && compare(key, to) < 0)
          const [forward, back] = [
            await keysIn(driver, { from, to }),
            await keysIn(driver, { from, to, reverse: true }),
          ]
          expect([forward, back]).toEqual([expected, expected.toReversed()])
        }
      }
    })

    test('E1 range: returns exactly limit rows, unless the range ends first', async driver => {
      const most = Math.min(driver.info.maxRows, 300)
      const value = new Uint8Array(500)
      for (let index = 0; index < most; index++)
        await put(driver, `k${String(index).padStart(4, '0')}`, value)
      for (const limit of [1, 2, most - 1, most]) {
        for (const reverse of [false, true])
          for (const keysOnly of [false, true])
            expect(await rowsIn(driver, { limit, reverse, keysOnly })).toHaveLength(limit)
      }
      const from = bytesOf('k0001')
      expect(await rowsIn(driver, { from, limit: most })).toHaveLength(most - 1)
      expect(await rowsIn(driver, { from, to: from, limit: 1 })).toHaveLength(0)
      expect(await rowsIn(driver, { from: bytesOf('l'), limit: 1 })).toHaveLength(0)
    })

    test('E3 expect: each state is checked, and a refused write changes nothing', async driver => {
      const [a, b] = [bytesOf('a'), bytesOf('b')]
      const write = (key: Uint8Array, value: Uint8Array | undefined, state: Write['expect']) =>
        driver.write({ ...columns(driver), key, value, expect: state }, false)
      expect(await write(a, bytesOf('x'), 'present')).toBe('absent')
      expect(await write(a, undefined, 'any')).toBe('absent')
      expect(await write(a, bytesOf('1-x'), 'absent')).toBe('done')
      expect(await write(a, bytesOf('2-x'), 'absent')).toBe('exists')
      expect(await write(a, bytesOf('3-x'), 'present')).toBe('done')
      for (const [seen, isSo] of await statesOf(driver, bytesOf('3-x'))) {
        const outcome = isSo ? 'done' : 'changed'
        expect(await write(b, undefined, seen)).toBe('absent')
        expect(await write(b, bytesOf('x'), seen)).toBe('absent')
        expect(await write(a, bytesOf('3-x'), seen)).toBe(outcome)
        // An engine that numbers its writes has assigned it another number.
        const next = isSo ? await stateNow(driver, seen) : seen
        expect(await write(a, undefined, next)).toBe(outcome)
        if (isSo) await write(a, bytesOf('3-x'), 'any')
      }
      expect((await driver.get(a))?.value).toEqual(bytesOf('3-x'))
      expect(await write(a, undefined, 'present')).toBe('done')
      expect(await keysIn(driver, {})).toEqual([])
    })

    test('E3 expect: exactly one of several concurrent writes that replace the same state succeeds', async driver => {
      const beside = driver.capabilities.shared ? await options.beside?.(driver) : undefined
      if (beside !== undefined) await open(Promise.resolve(beside))
      const writers = beside === undefined ? [driver] : [driver, beside]
      const racing = async (state: Write['expect']) => {
        const outcomes = await Promise.all(
          Array.from({ length: RACERS }, async (_, index) =>
            (writers[index % writers.length] as OrderedDriver).write(
              { key: bytesOf('a'), value: bytesOf(`next ${index}`), expect: state, version: 100 + index },
              false,
            ),
          ),
        )
        expect(outcomes.filter(outcome => outcome === 'done')).toHaveLength(1)
        expect((await driver.get(bytesOf('a')))?.value).toEqual(bytesOf(`next ${outcomes.indexOf('done')}`))
      }
      await racing('absent')
      await put(driver, 'a', bytesOf('3-x'))
      const seen = (await statesOf(driver, bytesOf('3-x'))).find(([, isSo]) => isSo)
      if (seen !== undefined) await racing(seen[0])
    })

    test('E3 commit: writes of one commit are applied together, later ones over earlier ones', async driver => {
      if (driver.commit === undefined || driver.capabilities.commit === false) return
      await put(driver, 'gone', bytesOf('x'))
      const writes = [
        { ...columns(driver), key: bytesOf('a'), value: bytesOf('1') },
        { ...columns(driver), key: bytesOf('a'), value: bytesOf('2') },
        { key: bytesOf('gone'), value: undefined },
        { ...columns(driver), key: bytesOf('b'), value: bytesOf('3') },
        { key: bytesOf('b'), value: undefined },
        { key: bytesOf('never there'), value: undefined },
      ]
      expect(await driver.commit([], writes, true)).toBe(true)
      expect(await rowsIn(driver, {})).toHaveLength(1)
      expect((await driver.get(bytesOf('a')))?.value).toEqual(bytesOf('2'))
    })

    test('E3 writeAll: writes are applied in order, later ones over earlier ones', async driver => {
      if (driver.writeAll === undefined) return
      await put(driver, 'gone', bytesOf('x'))
      const writes = [
        { ...columns(driver), key: bytesOf('a'), value: bytesOf('1') },
        { ...columns(driver), key: bytesOf('a'), value: bytesOf('2') },
        { key: bytesOf('gone'), value: undefined },
        { ...columns(driver), key: bytesOf('b'), value: bytesOf('3') },
        { key: bytesOf('b'), value: undefined },
        { key: bytesOf('never there'), value: undefined },
      ]
      await driver.writeAll(writes, true)
      expect(await rowsIn(driver, {})).toHaveLength(1)
      expect((await driver.get(bytesOf('a')))?.value).toEqual(bytesOf('2'))
    })

    test('E3 commit: writes nothing if a check fails', async driver => {
      const { commit } = driver.capabilities
      if (driver.commit === undefined || commit === false) return
      await put(driver, 'a', bytesOf('3-x'))
      const [a, b] = [bytesOf('a'), bytesOf('b')]
      const all: Range = { from: a, to: bytesOf('c'), limit: 10, reverse: false, keysOnly: true }
      const checks = [
        ...(await statesOf(driver, bytesOf('3-x'))).map(([seen, isSo]) => [{ key: a, seen }, isSo] as const),
        [{ key: a, seen: 'absent' }, false] as const,
        [{ key: b, seen: 'absent' }, true] as const,
        ...(commit.ranges
          ? ([
              [{ range: all, keys: [a] }, true],
              [{ range: { ...all, reverse: true }, keys: [a] }, true],
              [{ range: all, keys: [] }, false],
              [{ range: all, keys: [a, b] }, false],
              [{ range: all, keys: [b] }, false],
            ] as const)
          : []),
      ]
      for (const [check, isSo] of checks) {
        const writes = ['x', 'y'].map(key => ({ ...columns(driver), key: bytesOf(key), value: bytesOf('1') }))
        const free = { key: bytesOf('z'), seen: 'absent' } as const
        expect(await driver.commit([free, check], writes, false)).toBe(isSo)
        expect((await keysIn(driver, { from: bytesOf('x') })).length).toBe(isSo ? 2 : 0)
        await driver.commit(
          [],
          writes.map(({ key }) => ({ key, value: undefined })),
          false,
        )
      }
    })

    test('E3 commit: no update is lost when commits increment one value concurrently', async driver => {
      const { commit } = driver
      if (commit === undefined || driver.capabilities.commit === false) return
      await put(driver, 'n', bytesOf('00-'), 1000)
      const countUp = async (index: number) => {
        for (let attempt = 0; ; attempt++) {
          const row = await driver.get(bytesOf('n'))
          const next = Number(new TextDecoder().decode(row?.value).slice(0, 2)) + 1
          const seen: Seen = driver.info.columns
            ? { version: row?.version ?? 0 }
            : { part: (row?.value as Uint8Array).slice(0, 2), at: 0 }
          const value = bytesOf(`${String(next).padStart(2, '0')}-${index}`)
          const write = { key: bytesOf('n'), value, version: 1000 + next }
          if (await commit.call(driver, [{ key: bytesOf('n'), seen }], [write], false)) return
          if (attempt === 1000) throw new Error('No commit succeeds')
        }
      }
      await Promise.all(Array.from({ length: RACERS }, (_, index) => countUp(index)))
      const text = new TextDecoder().decode((await driver.get(bytesOf('n')))?.value)
      expect(text.slice(0, 2)).toBe(String(RACERS))
    })

    test('E1 columns: version and times are returned, and an expired value is absent', async driver => {
      if (!driver.info.columns) return
      const key = bytesOf('a')
      const [mtime, expires] = [Date.now(), Date.now() + 60_000]
      await driver.write(
        { key, value: bytesOf('xyz'), expect: 'any', version: 2 ** 52, mtime, expires },
        false,
      )
      for (const row of [await driver.get(key), await driver.head?.(key), ...(await rowsIn(driver, {}))])
        if (row !== undefined) {
          const version = driver.info.revisions === true ? row.version : 2 ** 52
          expect([row.version, row.mtime, row.expires, row.size]).toEqual([version, mtime, expires, 3])
        }
      // The clock of a server may differ a little.
      const past = { key, value: bytesOf('x'), version: 3, mtime, expires: Date.now() - 60_000 }
      await driver.write({ ...past, expect: 'any' }, false)
      expect([await driver.get(key), await keysIn(driver, {})]).toEqual([undefined, []])
      expect(await driver.write({ ...past, expect: 'present' }, false)).toBe('absent')
      expect(await driver.write({ ...past, value: undefined, expect: 'any' }, false)).toBe('absent')
      expect(await driver.write({ ...past, expect: 'absent' }, false)).toBe('done')
    })

    test('E4 limits: a key and a value of exactly the maximum size are stored', async driver => {
      const { keyBytes, valueBytes } = driver.capabilities
      const key = new Uint8Array(keyBytes ?? 1000).fill(0x61)
      const value = new Uint8Array(Math.min(valueBytes ?? 2 ** 21, 2 ** 24)).fill(1)
      await driver.write({ ...columns(driver), key, value, expect: 'any' }, false)
      const row = await driver.get(key)
      expect([row?.key.length ?? key.length, row?.value?.length]).toEqual([key.length, value.length])
      expect((await keysIn(driver, {}))[0]?.length).toBe(key.length)
    })

    test('E1 reopen: written values are present after reopening', async driver => {
      const { reopen } = options
      if (reopen === undefined) return
      await put(driver, 'a', bytesOf('x'))
      await driver.write({ ...columns(driver), key: bytesOf('b'), value: bytesOf('y'), expect: 'any' }, true)
      await driver.sync?.()
      await driver.close()
      const again = await open(reopen(driver))
      expect(await keysIn(again, {})).toEqual(['a', 'b'].map(bytesOf))
      expect((await again.get(bytesOf('b')))?.value).toEqual(bytesOf('y'))
    })

    test('E4 close: later calls are CLOSED, and close may be called again', async driver => {
      await put(driver, 'a', bytesOf('x'))
      await driver.close()
      await driver.close()
      const calls = [
        async () => driver.get(bytesOf('a')),
        async () => put(driver, 'a', bytesOf('x')),
        async () => rowsIn(driver, {}),
      ]
      for (const call of calls) {
        const error = await call().catch((reason: unknown) => reason)
        expect(hasCode(error, 'CLOSED'), String(error)).toBe(true)
      }
    })
  })
}

async function put(
  driver: OrderedDriver,
  key: string | Uint8Array,
  value: Uint8Array,
  version = 1,
): Promise<void> {
  const bytes = typeof key === 'string' ? bytesOf(key) : key
  await driver.write({ key: bytes, value, expect: 'any', version, mtime: 1 }, false)
}

/** The fields of a write besides its bytes, for a driver with columns. */
function columns({ info }: OrderedDriver): { readonly version?: number; readonly mtime?: number } {
  return info.columns ? { version: 1, mtime: 1 } : {}
}

/**
 * States that can be expected of the key `a`, and whether each is its current one. Values differ in their
 * first byte.
 */
async function statesOf(driver: OrderedDriver, value: Uint8Array): Promise<[Seen, boolean][]> {
  if (driver.info.columns) {
    const seen = await stateNow(driver, { version: 1 })
    return [
      [seen, true],
      [{ version: typeof seen === 'object' && 'version' in seen ? seen.version + 1 : 2 }, false],
    ]
  }
  return [
    [{ sameValue: value }, true],
    [{ sameValue: value.slice(1) }, false],
    [{ sameValue: Uint8Array.of(...value, 1) }, false],
    [{ part: value.slice(1), at: 1 }, true],
    [{ part: value.slice(0, 2), at: 0 }, true],
    [{ part: value.slice(0, 2), at: 1 }, false],
    [{ part: Uint8Array.of(...value, 1), at: 0 }, false],
  ]
}

/** The state `seen` of the key `a`, with the number that the engine has assigned to its last write. */
async function stateNow(driver: OrderedDriver, seen: Seen): Promise<Seen> {
  if (driver.info.revisions !== true || typeof seen === 'string' || !('version' in seen)) return seen
  return { version: (await driver.get(bytesOf('a')))?.version ?? 0 }
}

async function rowsIn(driver: OrderedDriver, range: Partial<Range>): Promise<readonly Row[]> {
  return driver.range({
    from: FIRST,
    to: PAST,
    limit: Math.min(driver.info.maxRows, 1000),
    reverse: false,
    keysOnly: false,
    ...range,
  })
}

async function keysIn(driver: OrderedDriver, range: Partial<Range>): Promise<Uint8Array[]> {
  return (await rowsIn(driver, { keysOnly: true, ...range })).map(({ key }) => key)
}

/** Keys with every byte, alone and after others, including prefixes of others; in order. */
function keysOf({ info }: OrderedDriver): Uint8Array[] {
  const bytes = info.text ? range(0x20, 0x7f) : range(0, 0x100)
  const keys = bytes
    .filter((_, index) => index % 7 === 0 || index > bytes.length - 3)
    .flatMap(byte => [Uint8Array.of(byte), Uint8Array.of(byte, byte), Uint8Array.of(0x61, byte)])
  const chosen = keys.slice(0, Math.min(keys.length, info.maxRows - 1)).sort(compare)
  return chosen.filter((key, index) => index === 0 || compare(key, chosen[index - 1] as Uint8Array) !== 0)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((_, index) => items[(index * 7919 + 13) % items.length] as T)
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
