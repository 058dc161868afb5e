import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { FsBlockstore } from 'blockstore-fs'
import { FlatDirectory, NextToLast } from 'blockstore-fs/sharding'
import { base32upper } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

/*
 * The block store of Helia writes folders in the form of flatfs, but no file `SHARDING`. Its `NextToLast` uses the
 * last characters of a name, which flatfs calls `suffix`.
 */

const roots = new TempRoots()
let path: string

beforeEach(async () => {
  path = join(await roots.make(), 'blocks')
})
afterEach(() => roots.remove())

interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
  /** The name of the block in both stores. */
  readonly name: string
}

async function blockOf(content: string): Promise<Block> {
  const bytes = bytesOf(content)
  const cid = CID.createV0(await sha256.digest(bytes))
  return { cid, bytes, name: base32upper.encode(cid.multihash.bytes) }
}

const blocksOf = (...contents: string[]) => Promise.all(contents.map(blockOf))

async function openTheirs(length = 2): Promise<FsBlockstore> {
  const theirs = new FsBlockstore(path, { shardingStrategy: new NextToLast({ prefixLength: length }) })
  await theirs.open()
  return theirs
}

const openOurs = (options: FsOptions = {}) => FsDatastore.open(path, { layout: 'flatfs', ...options })

/** Writes the file that flatfs needs to recognize a folder, and that the library does not write. */
const mark = (length = 2) => writeFile(join(path, 'SHARDING'), `/repo/flatfs/shard/v1/suffix/${length}\n`)

const read = (chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => text(Readable.from(chunks))

/** All blocks that the library finds in the folder, by name. */
async function allOf(theirs: FsBlockstore): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for await (const { cid, bytes } of theirs.getAll()) {
    found[base32upper.encode(cid.multihash.bytes)] = await read(bytes)
  }
  return found
}

const namesOf = (blocks: readonly Block[]) => blocks.map(({ name }) => name).sort()
const textsOf = (blocks: readonly Block[]) =>
  Object.fromEntries(blocks.map(({ name, bytes }) => [name, textOf(bytes)]))

describe('folders of blockstore-fs', () => {
  it.each([1, 2, 3])(
    'I1 F26 S4 blocks written by it in folders of %i characters are listed, read, edited and deleted here, and it reads the result',
    async length => {
      const theirs = await openTheirs(length)
      const blocks = await blocksOf('', 'one', 'two', 'three', 'x'.repeat(70_000))
      for (const { cid, bytes } of blocks) await theirs.put(cid, bytes)
      await mark(length)

      await using ours = await openOurs()
      const { children } = await ours.list(Key.root)
      expect(children.map(({ name }) => name)).toEqual(namesOf(blocks))
      for (const { name, bytes } of blocks) expect(textOf(await ours.get(Key.of(name)))).toBe(textOf(bytes))
      expect(await ours.stats()).toMatchObject({ entries: blocks.length, accuracy: 'exact' })

      const [gone, damaged, ...kept] = blocks as [Block, Block, ...Block[]]
      const [added] = (await blocksOf('added here')) as [Block]
      await ours.delete(Key.of(gone.name))
      await ours.put(Key.of(damaged.name), bytesOf('mended'), { create: false })
      await ours.put(Key.of(added.name), [added.bytes].values(), { replace: false })

      expect(await allOf(theirs)).toEqual({
        ...textsOf(kept),
        [damaged.name]: 'mended',
        ...textsOf([added]),
      })
      expect(await theirs.has(gone.cid)).toBe(false)
      expect(await read(theirs.get(damaged.cid))).toBe('mended')
    },
  )

  it('I1 F26 S4 blocks written here are found, edited and deleted by it, and the changes are visible here', async () => {
    await using ours = await openOurs({ sharding: '/repo/flatfs/shard/v1/suffix/2' })
    const blocks = await blocksOf('one', 'two', 'three')
    for (const { name, bytes } of blocks) await ours.put(Key.of(name), bytes)

    const theirs = await openTheirs()
    expect(await allOf(theirs)).toEqual(textsOf(blocks))
    for (const { cid, bytes } of blocks) expect(await read(theirs.get(cid))).toBe(textOf(bytes))
    const [gone, ...kept] = blocks as [Block, ...Block[]]
    const added = await blocksOf('four', 'five')
    await theirs.delete(gone.cid)
    for (const { cid, bytes } of added) await theirs.put(cid, bytes)

    expect((await walkKeys(ours)).sort()).toEqual(namesOf([...kept, ...added]).map(name => `/${name}`))
    for (const { name, bytes } of added) expect(textOf(await ours.get(Key.of(name)))).toBe(textOf(bytes))
    await expect(ours.get(Key.of(gone.name))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('I1 F4 F5 concurrent writes by both never show partial values', async () => {
    const theirs = await openTheirs()
    await mark()
    await using ours = await openOurs()
    const blocks = await blocksOf(...Array.from({ length: 60 }, (_, index) => `${index} `.repeat(20_000)))
    await Promise.all(
      blocks.map(async ({ cid, name, bytes }, index) => {
        if (index % 2 === 0) await theirs.put(cid, bytes)
        else await ours.put(Key.of(name), bytes)
      }),
    )
    expect(await allOf(theirs)).toEqual(textsOf(blocks))
    expect((await walkKeys(ours)).sort()).toEqual(namesOf(blocks).map(name => `/${name}`))
    const left = (await pathsBelow(path)).filter(each => !each.endsWith('.data') && !each.endsWith('/'))
    expect(left).toEqual(['SHARDING'])
  })

  it('F26 F7 without SHARDING its folder is not flatfs, and stays unchanged', async () => {
    const theirs = await openTheirs()
    const [block] = (await blocksOf('one')) as [Block]
    await theirs.put(block.cid, block.bytes)
    const before = await pathsBelow(path)
    await expect(openOurs()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await pathsBelow(path)).toEqual(before)
    // The file decides: under another function the blocks are in the wrong folders.
    await writeFile(join(path, 'SHARDING'), '/repo/flatfs/shard/v1/next-to-last/2\n')
    await using ours = await openOurs()
    expect((await ours.list(Key.root)).children).toEqual([])
  })

  it('I1 F26 its folder without shards has layout datastore-fs', async () => {
    await mkdir(path)
    const theirs = new FsBlockstore(path, { shardingStrategy: new FlatDirectory() })
    await theirs.open()
    const [gone, kept, added] = (await blocksOf('one', 'two', 'three')) as [Block, Block, Block]
    for (const { cid, bytes } of [gone, kept]) await theirs.put(cid, bytes)

    await using ours = await FsDatastore.open(path, { layout: 'datastore-fs' })
    expect((await walkKeys(ours)).sort()).toEqual(namesOf([gone, kept]).map(name => `/${name}`))
    await ours.delete(Key.of(gone.name))
    await ours.put(Key.of(added.name), added.bytes)
    expect(await allOf(theirs)).toEqual(textsOf([kept, added]))
    expect(await readdir(path)).toContain(`${added.name}.data`)
  })
})
