import { describe, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import type { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import type { Change } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import type { FaultDatastore } from '../../../src/core/layers/fault.ts'
import type { Stack } from '../../../src/core/stack/stack.ts'
import { disk, documentOf, fatesOf, fault, memory, opened, retry, sharded, tiered } from './opened-stack.ts'
import { bytesOf, keysOf, textOf } from './stack-kinds.ts'

const key = Key.of('a')

describe('stack.plan', () => {
  it('X6 reports what stays, changes, opens and closes, and does none of it', async () => {
    const { plan, disks, store } = await opened(tiered([memory('cache'), disk('a')], { mode: 'write-back' }))
    const next = tiered([memory('cache'), retry(disk('a'))], { mode: 'write-back' })
    expect(await fatesOf(plan(next))).toEqual({ tiers: 'rewired', cache: 'kept', retry: 'new', a: 'kept' })
    const other = tiered([memory('cache'), disk('b')], { mode: 'write-back' })
    expect(await fatesOf(plan(other))).toEqual({ tiers: 'changed', cache: 'changed', b: 'new', a: 'gone' })
    const mode = tiered([memory('cache'), disk('a')], { mode: 'write-through' })
    expect(await fatesOf(plan(mode))).toEqual({ tiers: 'changed', cache: 'kept', a: 'kept' })
    expect(disks.log).toEqual(['+a'])
    await store.close()
  })

  it('X6 label, position and order of fields do not change a node', async () => {
    const { plan } = await opened(sharded([disk('a'), disk('b')], { by: 'modulo', characters: 3 }))
    const next = {
      characters: 3,
      by: 'modulo',
      kind: 'sharded',
      id: 'shards',
      label: 'Two',
      shards: [disk('a', { label: 'A' }), disk('b')],
    }
    expect(await fatesOf(plan(next))).toEqual({ shards: 'kept', a: 'kept', b: 'kept' })
  })

  it('X6 a node without an id keeps its id when it is wrapped, moved or unwrapped', async () => {
    const { stack, apply, plan } = await opened({ kind: 'memory' })
    const { id } = stack.node('memory@root')
    expect(await fatesOf(plan({ kind: 'retry', store: { kind: 'memory' } }))).toEqual({
      'retry@root': 'new',
      [id]: 'kept',
    })
    await apply({ kind: 'retry', store: { kind: 'memory' } })
    expect(stack.nodes.map(node => node.id)).toEqual(['retry@root', id])
    await apply({ kind: 'mount', mounts: { '/x': { kind: 'memory' } } })
    expect(stack.nodes.map(node => node.id)).toEqual(['mount@root', id])
    await stack.close()
  })

  it('X6 tiers without ids keep their ids when they are moved below another memory', async () => {
    const { stack, plan } = await opened({ kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'memory' }] })
    await stack.store.put(key, bytesOf('only'))
    const inner = { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'memory' }] }
    expect((await plan({ kind: 'tiered', tiers: [{ kind: 'memory' }, inner] })).lost).toEqual([])
    const wrapped = retry({ kind: 'retry', attempts: 2, store: { kind: 'memory' } })
    await stack.apply(documentOf(wrapped), { discard: true })
    await stack.store.put(key, bytesOf('only'))
    const over = { kind: 'tiered', tiers: [{ kind: 'memory' }, { ...wrapped, id: undefined }] }
    expect((await plan(over)).lost).toEqual([])
    await stack.close()
  })

  it('X11 names the values that would be lost, and X6 the keys that would be misplaced', async () => {
    const { plan, put } = await opened(sharded([memory('m'), disk('a')]))
    for (const one of keysOf(40)) await put(one, 'v')
    const { lost, misplaced } = await plan(sharded([memory('m', { maxEntries: 100 }), disk('a'), disk('b')]))
    expect(lost).toMatchObject([{ id: 'm', fate: 'changed' }])
    expect(lost[0]?.entries).toBeGreaterThan(5)
    expect(misplaced).toMatchObject([{ id: 'shards', of: 40 }])
    expect(misplaced[0]?.keys).toBeGreaterThan(3)
    expect(misplaced[0]?.keys).toBeLessThan(37)
  })

  it('X6 names the copies that would be dropped', async () => {
    const far = disk('a')
    const { plan, put } = await opened(tiered([memory('m'), far]))
    for (const one of keysOf(3)) await put(one, 'v')
    const { lost, dropped } = await plan(tiered([memory('m', { maxEntries: 9 }), far]))
    expect([lost, dropped]).toMatchObject([[], [{ id: 'm', fate: 'changed', entries: 3 }]])
    expect((await plan(tiered([memory('m'), far]))).dropped).toEqual([])
    expect((await plan(far)).dropped).toMatchObject([{ id: 'm', fate: 'gone', entries: 3 }])
  })

  it('X6 names the copies that the memory of a cache would drop', async () => {
    const cached = (more: object) => ({ kind: 'cache', id: 'c', store: memory('m'), ...more })
    const { plan, put } = await opened(cached({}))
    for (const one of keysOf(2)) await put(one, 'v')
    const { lost, dropped } = await plan(cached({ maxEntries: 9 }))
    expect([lost, dropped]).toMatchObject([[], [{ id: 'c', fate: 'changed', entries: 2 }]])
  })

  it('X6 names a persistent tier that holds copies of other data', async () => {
    const { plan } = await opened(tiered([disk('ssd'), disk('a')]))
    expect((await plan(tiered([disk('ssd'), disk('b')]))).stale).toMatchObject([{ id: 'ssd', fate: 'kept' }])
    expect((await plan(tiered([disk('ssd'), retry(disk('a'))]))).stale).toEqual([])
  })
})

describe('stack.apply', () => {
  it('X6 2,000 writes acknowledged by write-back are visible after it, and later ones are not overwritten', async () => {
    const { disks, stack, apply, put, get } = await opened(
      tiered([memory('m'), disk('a')], { mode: 'write-back' }),
    )
    const keys = keysOf(2000)
    await Promise.all(keys.map(one => put(one, 'old')))
    await apply(tiered([memory('m'), disk('a')], { mode: 'write-through' }))
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(() => 'old'))
    const last = keys.slice(-200)
    await Promise.all(last.map(one => put(one, 'NEW')))
    await stack.close()
    expect(await Promise.all(last.map(one => disks.textAt('a', one)))).toEqual(last.map(() => 'NEW'))
  })

  it('X6 unchanged nodes never close: a lock, memory, and unflushed writes of tiers are kept', async () => {
    const locked = { kind: 'locked-disk', id: 'd', name: 'd' }
    const { disks, stack, apply, put, get } = await opened(
      tiered([memory('m'), locked], { mode: 'write-back' }),
    )
    disks.offline.add('d')
    await put(key, 'unflushed')
    await apply(tiered([memory('m'), retry(locked)], { mode: 'write-back' }))
    expect(disks.log).toEqual(['+d'])
    expect(await get(key)).toBe('unflushed')
    expect(stack.node('tiers').store).toMatchObject({ unflushed: { entries: 1 } })
    disks.offline.delete('d')
    await stack.close()
    expect(await disks.textAt('d', key)).toBe('unflushed')
  })

  it('X9 D16 calls in flight during two changes: none is lost, none fails, each key keeps call order', async () => {
    const { stack, apply, put, get } = await opened(tiered([memory('m'), disk('a')], { mode: 'write-back' }))
    const keys = keysOf(50)
    const seen: Promise<string>[] = []
    const puts: Promise<unknown>[] = []
    const callAll = (from: number, to: number) => {
      for (let round = from; round < to; round++) {
        for (const one of keys) {
          puts.push(put(one, String(round)))
          seen.push(get(one))
        }
      }
    }
    callAll(0, 5)
    const first = apply({ kind: 'namespace', id: 'ns', prefix: '/', store: tiered([memory('m'), disk('a')]) })
    callAll(5, 10)
    const second = apply(retry(tiered([memory('m2'), retry(disk('a'), { id: 'r2' })])))
    callAll(10, 15)
    await Promise.all([first, second, ...puts])
    const expected = Array.from({ length: 15 }, (_, round) => keys.map(() => String(round))).flat()
    expect(puts.length + seen.length).toBe(1500)
    expect(await Promise.all(seen)).toEqual(expected)
    await stack.close()
  })

  it('X6 D16 calls through the handle of a node and through the stack keep their order across a change', async () => {
    const lowercase = (store: object) => ({ kind: 'lowercase', id: 'lower', store })
    const { stack, apply, put, get } = await opened(lowercase(disk('a')))
    const node = stack.node('a').store
    const applied = apply(lowercase(disk('a', { note: 'opened again' })))
    const calls = []
    for (let round = 0; round < 20; round++) {
      calls.push(round % 2 === 0 ? put(key, String(round)) : node.put(key, bytesOf(String(round))))
    }
    await Promise.all([applied, ...calls])
    expect(await get(key)).toBe('19')
    expect(textOf(await node.get(key))).toBe('19')
    await stack.close()
  })

  it('X10 if a node cannot be opened, the old stack keeps serving, including the calls that waited', async () => {
    const { disks, stack, apply, put, get } = await opened(
      tiered([memory('m'), disk('a')], { mode: 'write-back' }),
    )
    disks.broken.add('b')
    await put(key, 'kept')
    const { document } = stack
    const failing = apply(tiered([memory('m'), disk('a')], { mode: 'write-through' }))
    await failing
    const broken = apply(sharded([tiered([memory('m'), disk('a')], { mode: 'write-around' }), disk('b')]))
    const waiting = put(Key.of('waiting'), 'held')
    await expect(broken).rejects.toThrow('the disk b is broken')
    await waiting
    expect([await get(key), await get(Key.of('waiting'))]).toEqual(['kept', 'held'])
    expect(stack.nodes.map(node => node.id)).toEqual(['tiers', 'm', 'a'])
    expect(stack.document).not.toEqual(document)
    expect(disks.log).toEqual(['+a'])
    await stack.close()
  })

  it('X10 an exclusive node is opened again if its successor cannot be opened', async () => {
    const locked = (name: string) => ({ kind: 'locked-disk', id: 'd', name })
    const { disks, stack, apply, put, get } = await opened(retry(locked('d')))
    await put(key, 'kept')
    disks.broken.add('e')
    await expect(apply(retry(locked('e')))).rejects.toThrow('the disk e is broken')
    expect(disks.log).toEqual(['+d', '-d', '+d'])
    expect(await get(key)).toBe('kept')
    await stack.close()
  })

  it('X10 if it cannot be opened again, every call fails with the reason, and another stack can be applied', async () => {
    const locked = (name: string) => ({ kind: 'locked-disk', id: 'd', name })
    const { disks, stack, apply, put, get } = await opened(retry(locked('d'), { attempts: 1 }))
    await put(key, 'kept')
    disks.broken.add('e').add('d')
    await expect(apply(retry(locked('e'), { attempts: 1 }))).rejects.toThrow('the disk e is broken')
    await expect(stack.store.get(key)).rejects.toMatchObject({
      code: 'CLOSED',
      message:
        'Cannot get "/a": the store is closed since a change of the stack failed: the disk d is broken',
    })
    disks.broken.delete('d')
    await apply(retry(locked('d'), { attempts: 2 }))
    await expect(get(key)).rejects.toMatchObject({ code: 'CLOSED' })
    await apply(retry({ kind: 'locked-disk', id: 'again', name: 'd' }, { attempts: 1 }))
    expect(await get(key)).toBe('kept')
    await stack.close()
  })

  it('X6 a change is rejected if writes cannot be flushed, and nothing is lost', async () => {
    const { disks, stack, apply, put, get } = await opened(
      tiered([memory('m'), disk('a')], { mode: 'write-back' }),
    )
    disks.offline.add('a')
    await put(key, 'unflushed')
    await expect(apply(tiered([memory('m'), disk('a')]))).rejects.toMatchObject({ code: 'IO' })
    expect(await get(key)).toBe('unflushed')
    disks.offline.delete('a')
    await apply(tiered([memory('m'), disk('a')]))
    await stack.close()
    expect(await disks.textAt('a', key)).toBe('unflushed')
  })

  it('X11 values that are only in memory are discarded only on request', async () => {
    const { stack, apply, put, get } = await opened(memory('m'))
    await put(key, 'only')
    await expect(apply(disk('a'))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await get(key)).toBe('only')
    await apply(tiered([memory('cache'), memory('m')]))
    expect(await get(key)).toBe('only')
    await apply(disk('a'), { discard: true })
    await expect(get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await stack.close()
  })

  it('X6 A3 memory with copies is emptied if the data below changes, and kept if they stay the same', async () => {
    const { disks, stack, apply, put, get } = await opened(tiered([memory('m'), disk('a')]))
    await put(key, 'of a')
    const { entries } = await stack.node('m').store.stats()
    expect(entries).toBe(1)
    await apply(retry(tiered([memory('m'), disk('a', { note: 'again' })], { mode: 'write-around' })))
    expect((await stack.node('m').store.stats()).entries).toBe(1)
    await apply(tiered([memory('m'), disk('b')]))
    await expect(get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await disks.textAt('a', key)).toBe('of a')
    await stack.close()
  })

  it.each([
    ['unwrapped', (m: object) => tiered([m, disk('a')])],
    ['used in another mode', (m: object) => tiered([fault(m), disk('a')], { mode: 'write-around' })],
    ['behind another memory', (m: object) => tiered([memory('n'), fault(m), disk('a')])],
  ])('X8 A3 a copy that could not be dropped is not served once its tier is %s', async (_, next) => {
    const { stack, apply, put, get } = await opened(tiered([fault(memory('m')), disk('a')]))
    const { faults } = stack.node('f').store as never as Pick<FaultDatastore, 'faults'>
    await put(key, 'old')
    Object.assign(faults, { errorRate: 1 })
    await put(key, 'new')
    Object.assign(faults, { errorRate: 0 })
    expect(await get(key)).toBe('new')
    await put(key, 'newer')
    Object.assign(faults, { errorRate: 1 })
    await put(key, 'newest')
    Object.assign(faults, { errorRate: 0 })
    await apply(next(memory('m')))
    expect(await get(key)).toBe('newest')
    await stack.close()
  })

  it('X10 an exclusive node is opened again if its successor was opened', async () => {
    const locked = (more: object) => ({ kind: 'locked-disk', id: 'd', name: 'd', ...more })
    const { disks, stack, apply, put, get } = await opened(locked({}))
    await put(key, 'kept')
    disks.broken.add('e')
    const next = tiered([{ kind: 'locked-disk', id: 'e', name: 'e' }, locked({ note: 'again' })])
    const failing = tiered([locked({ note: 'again' }), { kind: 'locked-disk', id: 'e', name: 'e' }])
    await expect(apply(next)).rejects.toThrow('the disk e is broken')
    await expect(apply(failing, { discard: true, keepStale: true })).rejects.toThrow('the disk e is broken')
    expect(disks.log.slice(-4)).toEqual(['-d', '+d', '-d', '+d'])
    expect(await get(key)).toBe('kept')
    await stack.close()
  })

  it('X6 a cache drops its copies when its store is replaced', async () => {
    const cached = (name: string) => ({ kind: 'cache', id: 'c', store: { kind: 'disk', id: 'd', name } })
    const { stack, apply, put, get } = await opened(cached('a'))
    await put(key, 'of a')
    await apply(cached('b'))
    await expect(get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await apply(cached('a'))
    expect(await get(key)).toBe('of a')
    await stack.close()
  })

  it('X6 S5 adding a shard: keys move in the background, and each is found meanwhile', async () => {
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), disk('b')]))
    const keys = keysOf(300)
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = sharded([disk('a'), disk('b'), disk('c')])
    await expect(apply(next)).rejects.toMatchObject({ code: 'CONFLICT' })
    await apply(next, { misplaced: 'move' })
    const shards = stack.node('shards').store
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await expect.poll(() => shards instanceof ShardedDatastore && shards.isSettled).toBe(true)
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    const moved = await Promise.all(keys.map(one => disks.textAt('c', one)))
    expect(moved.filter(text => text !== undefined).length).toBeGreaterThan(50)
    await stack.close()
  })

  it('X6 a node whose keys still move cannot be changed again, other nodes can', async () => {
    const { stack, apply, put, get } = await opened({
      kind: 'mount',
      id: 'm',
      mounts: { '/s': sharded([disk('a'), disk('b')]), '/d': disk('d') },
    })
    const keys = keysOf(200).map(one => Key.of('s').child(one))
    await Promise.all(keys.map(one => put(one, one.toString())))
    const mounts = (shards: object[], note: string) => ({
      kind: 'mount',
      id: 'm',
      mounts: { '/s': sharded(shards), '/d': disk('d', { note }) },
    })
    const three = [disk('a'), disk('b'), disk('c')]
    await apply(mounts(three, 'one'), { misplaced: 'move' })
    await expect(apply(mounts([disk('a')], 'one'), { misplaced: 'move' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('keys of an earlier change still move') as string,
    })
    await apply(mounts(three, 'two'))
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X6 S5 removing a shard: it closes once its keys have moved', async () => {
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), disk('b'), disk('c')]))
    const keys = keysOf(100)
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(sharded([disk('a'), disk('b')]), { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-c')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    expect(await Promise.all(keys.map(one => disks.textAt('c', one)))).toEqual(keys.map(() => undefined))
    await stack.close()
  })

  it('X6 S5 a wrapped shard keeps its keys: none moves, and no decision is needed', async () => {
    const { disks, stack, plan, apply, put, get } = await opened(sharded([disk('a'), disk('b')]))
    const keys = keysOf(40)
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = sharded([retry(disk('a')), disk('b')])
    expect(await fatesOf(plan(next))).toMatchObject({ shards: 'rewired', a: 'kept', b: 'kept' })
    expect((await plan(next)).misplaced).toEqual([])
    await apply(next)
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    const errors: unknown[] = []
    const more = sharded([disk('c'), disk('a'), retry(disk('b'))])
    await apply(more, { misplaced: 'move', onBackgroundError: error => errors.push(error) })
    const shards = stack.node('shards').store
    await expect.poll(() => shards instanceof ShardedDatastore && shards.isSettled).toBe(true)
    expect(errors).toEqual([])
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    const moved = await Promise.all(keys.map(one => disks.textAt('c', one)))
    expect(moved.filter(text => text !== undefined).length).toBeGreaterThan(5)
    await stack.close()
  })

  it('X11 S5 a wrapped shard has another id, which changes where rendezvous places keys', async () => {
    const { stack, plan, apply, put } = await opened(sharded([disk('a'), disk('b')], { by: 'rendezvous' }))
    await Promise.all(keysOf(40).map(one => put(one, 'v')))
    const next = sharded([retry(disk('a')), disk('b')], { by: 'rendezvous' })
    const [misplaced] = (await plan(next)).misplaced
    expect(misplaced?.keys).toBeLessThan(35)
    await expect(apply(next)).rejects.toMatchObject({ code: 'CONFLICT' })
    await stack.close()
  })

  it('X11 S5 keys written before the change begins are found in the new list of shards', async () => {
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), disk('b')]))
    const keys = keysOf(40)
    const puts: Promise<unknown>[] = []
    disks.whenOpened = () => {
      for (const one of keys) puts.push(put(one, one.toString()))
    }
    await apply(sharded([disk('a'), disk('b'), disk('c')]))
    expect(puts.length).toBe(40)
    await Promise.all(puts)
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 S5 while keys move, the node that moves them cannot be changed', async () => {
    const { stack, apply, put, get } = await opened(sharded([disk('a'), disk('b'), disk('c')]))
    const keys = keysOf(200)
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(sharded([disk('a'), disk('b')]), { misplaced: 'move' })
    await expect(apply(sharded([disk('a')]), { misplaced: 'move' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await expect(apply(disk('a'))).rejects.toMatchObject({ code: 'CONFLICT' })
    await apply(retry(sharded([disk('a'), disk('b')])))
    const shards = stack.node('shards').store
    await expect.poll(() => shards instanceof ShardedDatastore && shards.isSettled).toBe(true)
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 S5 a removed shard that is memory or exclusive stays open until its keys have moved', async () => {
    const locked = { kind: 'locked-disk', id: 'd', name: 'd' }
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), memory('m'), locked]))
    const keys = keysOf(100)
    await Promise.all(keys.map(one => put(one, one.toString())))
    const errors: unknown[] = []
    await apply(sharded([disk('a')]), {
      misplaced: 'move',
      onBackgroundError: error => errors.push(error),
    })
    await expect.poll(() => disks.log).toContain('-d')
    expect(errors).toEqual([])
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X8 flushes of kept tiers during a change reach the new stores', async () => {
    const over = (mode: string, tiers: object[]) => {
      const inner = { kind: 'tiered', id: 'inner', mode, tiers }
      return tiered([memory('m'), { kind: 'fault', id: 'f', errorRate: 1, store: inner }], {
        mode: 'write-back',
      })
    }
    const { disks, stack, apply, put } = await opened(over('write-back', [memory('m2'), disk('a')]))
    await put(key, 'acknowledged')
    const { faults } = stack.node('f').store as never as Pick<FaultDatastore, 'faults'>
    const tiers = stack.node('tiers').store as never as Pick<TieredDatastore, 'unflushed'>
    // The inner tiers are being reopened, and have flushed their writes.
    disks.whenOpened = async name => {
      if (name !== 'x') return
      disks.offline.add('a')
      Object.assign(faults, { errorRate: 0 })
      const end = performance.now() + 200
      while (tiers.unflushed.entries > 0 && performance.now() < end) await new Promise(setImmediate)
    }
    const locked = { kind: 'locked-disk', id: 'x', name: 'x' }
    await apply(over('write-through', [memory('m2'), locked, disk('a')]))
    disks.offline.delete('a')
    await stack.store.sync()
    expect(await disks.textAt('a', key)).toBe('acknowledged')
    await stack.close()
  })

  it('X6 a watch continues across a change, with one resync', async () => {
    const { stack, apply, put } = await opened(disk('a'))
    const changes: Change[] = []
    const watching = (async () => {
      for await (const change of stack.store.watch(Key.root)) {
        changes.push(change)
        if (change.key.equals(Key.of('last'))) return
      }
    })()
    await put(Key.of('first'), 'v')
    await expect.poll(() => changes.length).toBe(1)
    await apply(retry(disk('a')))
    await expect.poll(() => changes.length).toBe(2)
    await put(Key.of('last'), 'v')
    await watching
    expect(changes.map(({ type }) => type)).toEqual(['put', 'resync', 'put'])
    await stack.close()
  })

  it('X3 spans and metrics continue under the ids of the nodes', async () => {
    const { stack, apply, put } = await opened(disk('a'))
    const metrics = stack.measure()
    await put(key, 'one')
    await apply(retry(disk('a', { note: 'again' })))
    await put(key, 'two')
    expect(metrics.of('a', 'put').count).toBe(2)
    expect(metrics.of('retry', 'put').count).toBe(1)
    await stack.close()
  })

  it('X16 a stream of a node that stays open continues; a put that never ends is aborted after the time limit', async () => {
    const { stack, apply } = await opened(disk('a'))
    await stack.store.put(key, new Uint8Array(300_000).fill(7))
    const chunks = stack.store.getStream(key)[Symbol.asyncIterator]()
    let size = 0
    const take = async () => {
      const next = await chunks.next()
      if (next.done !== true) size += next.value.length
      return next.done !== true
    }
    await take()
    const endless = stack.store.put(Key.of('endless'), neverEnding())
    const refused = expect(endless).rejects.toMatchObject({ code: 'CLOSED' })
    await apply(retry(disk('a')), { streamWait: 20 })
    await refused
    while (await take());
    expect(size).toBe(300_000)
    await stack.close()
  })

  it('X9 a call that does not end makes the change fail, and the stack continues', async () => {
    const { stack, apply, put, get } = await opened({
      kind: 'fault',
      id: 'f',
      latency: 300,
      store: memory('m'),
    })
    const slow = put(key, 'slow')
    await expect(apply(memory('m'), { streamWait: 1, callWait: 1 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    })
    await slow
    expect(await get(key)).toBe('slow')
    await stack.close()
  })

  it('X17 a waiting call ends as soon as it is aborted', async () => {
    const { stack, apply } = await opened({ kind: 'fault', id: 'f', latency: 100, store: memory('m') })
    const running = stack.store.put(key, bytesOf('v'))
    const applied = apply(memory('m'))
    const abort = new AbortController()
    const waiting = stack.store.get(key, { signal: abort.signal })
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    await Promise.all([running, applied])
    await stack.close()
  })

  it('X6 close() waits for a change in progress', async () => {
    const { disks, stack, apply, put } = await opened(disk('a'))
    await put(key, 'v')
    const applied = apply(retry(disk('a', { note: 'again' })))
    await Promise.all([applied, stack.close()])
    expect(disks.log).toEqual(['+a', '+a', '-a', '-a'])
    await expect(apply(disk('a'))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('D26 X6 a running transaction is committed before the change', async () => {
    const { stack, apply, get } = await opened(memory('m'))
    let go: (() => void) | undefined
    const gate = new Promise<void>(resolve => {
      go = resolve
    })
    const transaction = (stack.store as never as { transaction: Transact }).transaction(async tx => {
      await tx.put(key, bytesOf('committed'))
      await gate
    })
    const applied = apply(retry(memory('m')))
    go?.()
    await Promise.all([transaction, applied])
    expect(await get(key)).toBe('committed')
    await stack.close()
  })
})

type Transact = (work: (tx: Stack['store']) => Promise<void>) => Promise<void>

async function* neverEnding(): AsyncIterable<Uint8Array> {
  yield bytesOf('begun')
  await new Promise(() => undefined)
}
