import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Child } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import type { LevelPage } from '../../../../src/core/ordered/layout.ts'
import { PathLayout } from '../../../../src/core/ordered/path/path-layout.ts'
import { PathNames, type PathOptions } from '../../../../src/core/ordered/path/path-names.ts'
import { ArrayDriver } from './array-driver.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const FREE = { isText: false, isKept: false }

const options: readonly PathOptions[] = [
  {},
  { separator: ':' },
  { leading: false },
  { prefix: bytes('/ds') },
  { separator: '::' },
  { separator: 'aba', leading: true },
]

const plainPart = fc
  .array(
    fc.constantFrom('a', 'b', '-', '!', '0', ' ', ':', '\ue000', '\uf900', '😀', '\u{10000}', 'é', 'a-', '~'),
    { minLength: 1, maxLength: 3 },
  )
  .map(parts => bytes(parts.join('')))
const oddPart = fc.constantFrom(
  ...['', '.', '..', '\ufffdx', '\uffff', '\ufffe-', 'a/b', '/'].map(bytes),
  ...[[0xff], [0x61, 0x80], [0xf5], [0x61, 0x2d, 0xff], [0xee], [0xef, 0xbf]].map(part =>
    Uint8Array.from(part),
  ),
)
const commonPart = fc.constantFrom(...['a', 'a-', 'a-b', 'b', 'a-b-c', 'a:'].map(bytes))

/** Engine keys with one set of path options. */
const anyStore = fc
  .record({
    option: fc.constantFrom(...options),
    hasOdd: fc.boolean(),
    keys: fc.array(
      fc.record({
        parts: fc.array(fc.oneof({ weight: 3, arbitrary: commonPart }, plainPart, oddPart), {
          minLength: 1,
          maxLength: 3,
        }),
        isUnled: fc.integer({ min: 0, max: 11 }).map(one => one === 0),
      }),
      { maxLength: 50 },
    ),
  })
  .map(({ option, hasOdd, keys }) => {
    const layout = new PathLayout(new PathNames(option), FREE)
    const { prefix, leading, divider } = layout.names
    const written = keys.map(({ parts, isUnled }) => {
      const between = parts.flatMap((part, index) => (index === 0 ? [part] : [divider, part]))
      const lead = leading && !(hasOdd && isUnled) ? [divider] : []
      return Uint8Array.from([prefix, ...lead, ...between].flatMap(piece => [...piece]))
    })
    const hasNoOdd = (key: Uint8Array) =>
      !layout.names
        .keyOf(key)
        .toString()
        .match(/\/[\ufffd-\uffff]/)
    return { option, keys: hasOdd ? written : written.filter(hasNoOdd) }
  })

/** A level computed by its definition, from all keys. */
function levelOf(layout: PathLayout, keys: readonly Uint8Array[], prefix: Key): [string, boolean, boolean][] {
  const level = new Map<string, [boolean, boolean]>()
  for (const key of keys.map(one => layout.names.keyOf(one))) {
    if (!prefix.isAncestorOf(key)) continue
    const name = key.segments[prefix.depth] as string
    const [isValue, isBranch] = level.get(name) ?? [false, false]
    const isBelow = key.depth > prefix.depth + 1
    level.set(name, [isValue || !isBelow, isBranch || isBelow])
  }
  const names = [...level.keys()].sort()
  return names.map(name => [name, ...(level.get(name) as [boolean, boolean])])
}

async function walk(
  layout: PathLayout,
  driver: ArrayDriver,
  prefix: Key,
  page: Pick<LevelPage, 'limit' | 'reverse'>,
): Promise<Child[]> {
  const children: Child[] = []
  let after: string | undefined
  do {
    const found = await layout.level(driver, prefix, { ...page, after, signal: undefined })
    expect(found.children.length).toBeLessThanOrEqual(page.limit)
    children.push(...found.children)
    after = found.cursor
  } while (after !== undefined)
  return children
}

const flat = (children: readonly Child[]) =>
  children.map(({ name, isValue, isBranch }) => [name, isValue, isBranch])

describe('one level of layout path', () => {
  it('D9 K10 equals the sorted model: any names, both directions, any page size, with and without known odd names', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStore,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(2, 3, 16),
        fc.boolean(),
        fc.boolean(),
        async ({ option, keys }, limit, readAhead, isLate, isLearned) => {
          const driver = new ArrayDriver(keys, { readAhead, isLate })
          const layout = new PathLayout(new PathNames(option), { isText: false, isKept: isLearned })
          if (isLearned) expect(await layout.learn(driver)).toBe(driver.size)
          const all = keys.map(key => layout.names.keyOf(key))
          const prefixes = new Map(
            [Key.root, Key.of('a'), Key.of('a-'), ...all.flatMap(key => [key, key.parent])].map(key => [
              key.toString(),
              key,
            ]),
          )
          for (const prefix of [...prefixes.values()].slice(0, 8)) {
            const model = levelOf(layout, keys, prefix)
            for (const reverse of [false, true]) {
              const found = await walk(layout, driver, prefix, { limit, reverse })
              expect(flat(found)).toEqual(reverse ? model.toReversed() : model)
              for (const child of found)
                expect(child.key.toString()).toBe(prefix.child(child.name).toString())
            }
          }
        },
      ),
      { numRuns: 500 },
    )
  }, 120_000)

  it('D9 begins strictly after any text, whether or not it is a name of the level', async () => {
    const anyAfter = fc.oneof(
      plainPart.map(part => new TextDecoder().decode(part)),
      fc.constantFrom(
        'a',
        'a:b',
        'a::b',
        'a/b',
        '\ufffd',
        '\ufffd.',
        '\ud83d',
        'a\udc00',
        '\ufffda',
        '',
        '\uffff',
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        anyStore,
        anyAfter,
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        async ({ option, keys }, after, reverse, limit) => {
          const driver = new ArrayDriver(keys)
          const layout = new PathLayout(new PathNames(option), FREE)
          const model = levelOf(layout, keys, Key.root)
          const past = (reverse ? model.toReversed() : model).filter(([name]) =>
            reverse ? name < after : name > after,
          )
          const page = await layout.level(driver, Key.root, { after, limit, reverse, signal: undefined })
          expect(flat(page.children)).toEqual(past.slice(0, limit))
          expect(page.cursor).toBe(past.length > limit ? past[limit - 1]?.[0] : undefined)
        },
      ),
      { numRuns: 1000 },
    )
  }, 60_000)
})
