import { describe, expect, it } from 'vitest'
import type { Child } from '../../../../src/core/datastore.ts'
import { isAborted } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { PathLayout } from '../../../../src/core/ordered/path/path-layout.ts'
import { PathNames } from '../../../../src/core/ordered/path/path-names.ts'
import { ArrayDriver } from './array-driver.ts'

const bytes = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))
const KEPT = { isText: false, isKept: true }
const page = { after: undefined, limit: 1000, reverse: false, signal: undefined }

const numbered = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => bytes(name(index)))
const branches = numbered(5000, index => `/level/${String(index).padStart(5, '0')}/x`)

async function names(
  layout: PathLayout,
  driver: ArrayDriver,
  prefix: Key,
  limit = 1000,
  reverse = false,
): Promise<string[]> {
  const found: Child[] = []
  let after: string | undefined
  do {
    const next = await layout.level(driver, prefix, { after, limit, reverse, signal: undefined })
    found.push(...next.children)
    after = next.cursor
  } while (after !== undefined)
  return found.map(({ name }) => name)
}

const oddOnes = (found: readonly string[]) => found.filter(name => name.startsWith('\ufffd'))

describe('knowledge of odd names', () => {
  const level = Key.of('level')
  const end = { ...page, after: '04990' }

  it('D9 the cost of the end of a level depends on the page once a pass over the store has found no scattered names', async () => {
    const driver = new ArrayDriver(branches)
    const layout = new PathLayout(new PathNames({}), KEPT)
    expect(layout.odd.isUnknown).toBe(true)
    const cost = async () => {
      const before = driver.rowsGiven
      expect((await layout.level(driver, level, end)).children).toHaveLength(9)
      return driver.rowsGiven - before
    }
    expect(await cost()).toBeGreaterThan(5000)
    layout.odd.reset()
    expect(await layout.learn(driver)).toBe(5000)
    expect(layout.odd.isUnknown).toBe(false)
    expect(await cost()).toBeLessThan(50)
    const slashed = new ArrayDriver([...branches, bytes('/other/\xff')])
    const other = new PathLayout(new PathNames({}), KEPT)
    await other.learn(slashed)
    slashed.rowsGiven = 0
    expect((await other.level(slashed, level, end)).children).toHaveLength(9)
    expect(slashed.rowsGiven).toBeLessThan(50)
    expect(await names(other, slashed, Key.of('other'))).toEqual(['\ufffd%FF'])
  })

  it('D9 a text engine with separator "/" needs no pass', async () => {
    const driver = new ArrayDriver(branches)
    const layout = new PathLayout(new PathNames({}), { isText: true, isKept: false })
    expect(layout.odd.isUnknown).toBe(false)
    expect((await layout.level(driver, level, end)).children).toHaveLength(9)
    expect(driver.rowsGiven).toBeLessThan(50)
  })

  it('D9 names written after the pass are listed', async () => {
    const layout = new PathLayout(new PathNames({}), KEPT)
    await layout.learn(new ArrayDriver(branches))
    expect(oddOnes(await names(layout, new ArrayDriver(branches), level))).toEqual([])
    const written = ['/level/\xff', '/level/\xfe/\xfd', '/level/', '/level/../a']
    for (const key of written) layout.wrote(layout.names.keyOf(bytes(key)))
    const driver = new ArrayDriver([...branches, ...written.map(bytes)])
    expect(oddOnes(await names(layout, driver, level))).toEqual([
      '\ufffd',
      '\ufffd%FE',
      '\ufffd%FF',
      '\ufffd..',
    ])
    expect(await names(layout, driver, Key.of('level', '\ufffd%FE'))).toEqual(['\ufffd%FD'])
    // Removed again.
    for (const key of written) layout.wrote(layout.names.keyOf(bytes(key)))
    expect(oddOnes(await names(layout, new ArrayDriver(branches), level))).toEqual([])
  })

  it('D9 names written during the pass are listed, and so are changes by others after a reset', async () => {
    const driver = new ArrayDriver(branches, { isLate: true })
    const layout = new PathLayout(new PathNames({}), KEPT)
    const key = bytes('/level/\xff')
    const after = new ArrayDriver([...branches, key])
    let isWritten = false
    await layout.learn(driver, {
      onProgress: entries => {
        if (isWritten || entries < 2500) return
        isWritten = true
        layout.wrote(layout.names.keyOf(key))
      },
    })
    expect(isWritten).toBe(true)
    expect(oddOnes(await names(layout, after, level))).toEqual(['\ufffd%FF'])
    await layout.learn(after)
    expect(oddOnes(await names(layout, after, level))).toEqual(['\ufffd%FF'])
    layout.odd.reset()
    expect(oddOnes(await names(layout, driver, level))).toEqual([])
  })

  it('D9 pages of odd names are read in one pass, unless the data may have changed', async () => {
    const keys = [...branches, ...numbered(300, index => `/level/${String(index)}\xff`)]
    for (const [isKept, passes] of [
      [true, 1],
      [false, 7],
    ] as const) {
      const driver = new ArrayDriver(keys)
      const layout = new PathLayout(new PathNames({}), { isText: false, isKept })
      let after = '\ufffd'
      for (let count = 0; count < 7; count++) {
        const { children } = await layout.level(driver, level, { ...page, after, limit: 40 })
        expect(children).toHaveLength(40)
        after = children.at(-1)?.name ?? ''
      }
      expect(Math.round(driver.rowsGiven / keys.length)).toBe(passes)
    }
  })

  it('D9 the knowledge is kept until the engine reports that others may have written', async () => {
    const driver = new ArrayDriver(branches)
    let isChanged = false
    const observed = Object.assign(driver, { othersWrote: () => isChanged })
    const layout = new PathLayout(new PathNames({}), KEPT)
    await layout.learn(observed)
    const cost = async () => {
      const before = observed.rowsGiven
      await layout.level(observed, level, end)
      return observed.rowsGiven - before
    }
    expect(await cost()).toBeLessThan(50)
    isChanged = true
    expect(await cost()).toBeGreaterThan(5000)
    expect(await cost()).toBeGreaterThan(5000)
    await layout.learn(observed)
    isChanged = false
    expect(layout.odd.isUnknown).toBe(true)
  })

  it('D9 if there are more odd names than can be kept, each is listed once, in order, in both directions', async () => {
    const keys = numbered(50_000, index => {
      const mixed = (index * 7919) % 50_000
      return `/${String.fromCharCode(0x80 + (mixed % 100))}${mixed}`
    })
    const driver = new ArrayDriver(keys, { maxRows: 2000 })
    const layout = new PathLayout(new PathNames({}), KEPT)
    const expected = keys.map(key => layout.names.keyOf(key).lastSegment).sort()
    expect(await names(layout, driver, Key.root, 7000)).toEqual(expected)
    expect(await names(layout, driver, Key.root, 7000, true)).toEqual(expected.toReversed())
    expect(await names(layout, driver, Key.root, 60_000)).toEqual(expected)
  }, 60_000)

  it('D13 a pass reports progress and ends with its signal', async () => {
    const driver = new ArrayDriver(branches, { isLate: true })
    const layout = new PathLayout(new PathNames({}), KEPT)
    const seen: number[] = []
    const abort = new AbortController()
    const learning = layout.learn(driver, {
      signal: abort.signal,
      onProgress: entries => {
        seen.push(entries)
        if (entries >= 1000) abort.abort()
      },
    })
    expect(isAborted(await learning.catch((error: unknown) => error))).toBe(true)
    expect(seen.slice(0, 2)).toEqual([100, 200])
    expect(driver.rowsGiven).toBe(1000)
    expect(layout.odd.isUnknown).toBe(true)
    const listing = layout.level(driver, level, { ...end, signal: abort.signal })
    expect(isAborted(await listing.catch((error: unknown) => error))).toBe(true)
  })
})

describe('the number of rows read for a level of layout path', () => {
  it('D9 names with a byte below the separator need no separate seek', async () => {
    const driver = new ArrayDriver(
      numbered(3000, index => `/${String.fromCharCode(97 + (index % 26))}${index}-x-y`),
      { maxRows: 2000, readAhead: 16 },
    )
    const layout = new PathLayout(new PathNames({}), { isText: true, isKept: false })
    expect((await layout.level(driver, Key.root, page)).children).toHaveLength(1000)
    expect(driver.ranges).toBeLessThan(12)
    driver.ranges = 0
    expect((await layout.level(driver, Key.root, { ...page, reverse: true })).children).toHaveLength(1000)
    expect(driver.ranges).toBeLessThan(16)
  })

  it('D9 the cost of a page depends on the page, for children with a hundred rows and with ten', async () => {
    for (const [perChild, most] of [
      [100, 4500],
      [10, 14_000],
    ] as const) {
      const keys = numbered(220_000 / perChild, index => `/${String(index).padStart(6, '0')}/`).flatMap(key =>
        numbered(perChild, index => String(index)).map(name => Uint8Array.from([...key, ...name])),
      )
      const driver = new ArrayDriver(keys, { maxRows: 2000, readAhead: 16 })
      const layout = new PathLayout(new PathNames({}), { isText: true, isKept: false })
      for (const reverse of [false, true]) {
        driver.rowsGiven = 0
        const { children } = await layout.level(driver, Key.root, { ...page, after: '001000', reverse })
        expect(children).toHaveLength(1000)
        expect(driver.rowsGiven).toBeLessThan(most)
      }
    }
  }, 60_000)
})
