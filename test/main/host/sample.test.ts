import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { sampleEntries } from '../../../src/main/host/sample/prepare-sample.ts'
import { bytesOf, connect, tempFolder, testHost, textOf } from './test-host.ts'

const SAMPLE = { type: 'sample' } as const

describe('the sample', () => {
  it('is a cache over two shards, with node names that newcomers understand', async () => {
    const host = await testHost()
    const { name, nodes, isWritable, isReadOnly } = await host.open(SAMPLE)
    expect([name, isWritable, isReadOnly]).toEqual(['Sample', true, false])
    expect(nodes.map(node => [node.depth, node.kind, node.label])).toEqual([
      [0, 'tiered', 'Tiers'],
      [1, 'memory', 'Cache'],
      [1, 'sharded', 'Shards'],
      [2, 'fs', 'Shard A'],
      [2, 'fs', 'Shard B'],
    ])
  })

  it('S1 holds every key in exactly one shard, evenly distributed', async () => {
    const host = await testHost()
    await host.open(SAMPLE)
    await host.close()
    const shards = await Promise.all(
      ['shard-a', 'shard-b'].map(name =>
        FsDatastore.open(join(host.dataDirectory, 'sample', name), { readOnly: true }),
      ),
    )
    const entries = sampleEntries()
    for (const { key, value } of entries) {
      const holders = []
      for (const shard of shards) if (await shard.has(Key.parse(key))) holders.push(shard)
      expect(holders, key).toHaveLength(1)
      expect(Buffer.compare(await holders[0]!.get(Key.parse(key)), value), key).toBe(0)
    }
    for (const shard of shards) {
      const share = ((await shard.stats()).entries ?? 0) / entries.length
      expect(share).toBeGreaterThan(0.4)
      await shard.close()
    }
  })

  it('is reused when opened again, with edits and deletes kept', async () => {
    const dataDirectory = await tempFolder()
    const first = await testHost({ dataDirectory })
    const { id } = await first.open(SAMPLE)
    expect((await first.open(SAMPLE)).id).toBe(id)
    const page = await connect(first)
    await page.call('store.put', { session: id, key: '/readme', bytes: bytesOf('mine') })
    await page.call('store.delete', { session: id, key: '/config/shop' })
    await first.close()
    const second = await testHost({ dataDirectory })
    const again = await second.open(SAMPLE)
    const other = await connect(second)
    const { bytes } = await other.call('store.get', { session: again.id, key: '/readme' })
    expect(textOf(bytes)).toBe('mine')
    expect(await other.call('store.has', { session: again.id, key: '/config/shop' })).toEqual({
      exists: false,
    })
  })

  it('is completed if it was only half created, without changing existing values', async () => {
    const dataDirectory = await tempFolder()
    const first = await testHost({ dataDirectory })
    const { id } = await first.open(SAMPLE)
    const page = await connect(first)
    await page.call('store.put', { session: id, key: '/readme', bytes: bytesOf('mine') })
    await page.call('store.delete', { session: id, key: '/config/shop' })
    await first.close()
    await rm(join(dataDirectory, 'sample', 'sample.json'))
    const second = await testHost({ dataDirectory })
    const again = await second.open(SAMPLE)
    const other = await connect(second)
    const { bytes } = await other.call('store.get', { session: again.id, key: '/readme' })
    expect(textOf(bytes)).toBe('mine')
    expect(await other.call('store.has', { session: again.id, key: '/config/shop' })).toEqual({
      exists: true,
    })
    expect((await readdir(join(dataDirectory, 'sample'))).sort()).toEqual([
      'sample.json',
      'shard-a',
      'shard-b',
    ])
  })

  it('is not changed by editing its stack', async () => {
    const host = await testHost()
    const page = await connect(host)
    const { id, document } = await host.open(SAMPLE)
    const applied = await page.call('sessions.apply', {
      session: id,
      document: { ...document, name: 'Mine' },
    })
    expect(applied).toMatchObject({ id, name: 'Mine', source: { type: 'document' } })
    expect((await page.call('store.has', { session: id, key: '/readme' })).exists).toBe(true)
    const fresh = await host.open(SAMPLE)
    expect(fresh.id).not.toBe(id)
    expect(fresh.name).toBe('Sample')
  })
})

describe('sampleEntries', () => {
  const entries = sampleEntries()
  const keys = new Map(entries.map(({ key, value }) => [key, value]))

  it('are a few hundred distinct keys, in canonical form', () => {
    expect(keys.size).toBe(entries.length)
    expect(entries.length).toBeGreaterThan(300)
    expect(entries.length).toBeLessThan(600)
    for (const { key } of entries) expect(Key.parse(key).toString()).toBe(key)
  })

  it('are the same in every run', () => {
    const again = sampleEntries()
    expect(again.map(entry => entry.key)).toEqual(entries.map(entry => entry.key))
    for (const { key, value } of again) expect(Buffer.compare(value, keys.get(key)!), key).toBe(0)
  })

  it('include the cases that a key browser has to handle', () => {
    const all = [...keys.keys()]
    expect(all.some(key => /[^\x00-\x7f]/.test(key))).toBe(true)
    expect(all.some(key => /\p{Emoji_Presentation}/u.test(key))).toBe(true)
    expect(all.filter(key => keys.has(Key.parse(key).parent.toString())).length).toBeGreaterThan(20)
    expect(all.some(key => Key.parse(key).type === 'Film')).toBe(true)
    expect(keys.get('/notes/empty')).toHaveLength(0)
    expect(keys.get('/logs/2025.log')!.length).toBeGreaterThan(1024 * 1024)
  })

  it('include numbers that an editor must not damage', () => {
    const texts = entries
      .filter(({ key }) => /\/(?:films|sessions)\//.test(key))
      .map(({ value }) => textOf(value))
    expect(texts.some(text => text.includes('.00,'))).toBe(true)
    const large = texts.flatMap(text => text.match(/\d{17,}/g) ?? [])
    expect(large.some(digits => String(Number(digits)) !== digits)).toBe(true)
  })

  it('are valid JSON and valid images', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let [objects, pictures] = [0, 0]
    for (const { key, value } of entries) {
      if (key.endsWith('.png')) {
        pictures++
        expect([...value.subarray(1, 4)].map(code => String.fromCharCode(code)).join('')).toBe('PNG')
        const view = Buffer.from(value)
        const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)]
        const size = view.readUInt32BE(33)
        expect(inflateSync(view.subarray(41, 41 + size))).toHaveLength(height * (1 + width * 3))
      } else if (value[0] === 0x7b) {
        objects++
        JSON.parse(decoder.decode(value))
      }
    }
    expect(objects).toBeGreaterThan(200)
    expect(pictures).toBeGreaterThan(30)
  })

  it('start with a readme that explains tiers and shards in a minute', () => {
    const words = textOf(keys.get('/readme')!).split(/\s+/)
    expect(words.length).toBeLessThan(330)
    for (const word of ['Cache', 'Shard', 'Tiers', 'shard-a', 'shard-b']) {
      expect(words.join(' ')).toContain(word)
    }
    // Every key that it names exists.
    for (const [, named] of textOf(keys.get('/readme')!).matchAll(/`(\/[^`]+)`/g)) {
      expect(keys.has(named!), named).toBe(true)
    }
  })
})
