import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { disk, fatesOf, memory, opened, sharded, tiered } from './opened-stack.ts'
import { keysOf } from './stack-kinds.ts'

const keys = keysOf(60)

describe('stack.apply of another list of shards', () => {
  it('X11 a new memory for copies does not replace memory that keys move out of', async () => {
    const { disks, stack, apply, put, get } = await opened(
      sharded([{ kind: 'symlink', stores: [{ kind: 'memory' }, disk('links')] }, disk('a')]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const over = { kind: 'tiered', mode: 'write-back', tiers: [{ kind: 'memory' }, disk('a')] }
    await apply(sharded([over]), { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-links')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 nor one of two memories that keys move out of', async () => {
    const symlink = { kind: 'symlink', stores: [{ kind: 'memory' }, { kind: 'memory' }] }
    const { disks, stack, apply, put, get } = await opened(sharded([symlink, disk('a')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    const over = { kind: 'tiered', mode: 'write-back', tiers: [{ kind: 'memory' }, disk('a')] }
    await apply(sharded([over]), { misplaced: 'move' })
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
    expect(await Promise.all(keys.map(one => disks.textAt('a', one)))).toEqual(keys.map(String))
  })

  it('X11 a new memory for copies does not replace one that holds copies of moving keys', async () => {
    const over = (name: string) => ({ kind: 'tiered', tiers: [{ kind: 'memory' }, disk(name)] })
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), over('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(sharded([over('a')]), { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-b')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 shards that lose only copies present the same data to the shards above them', async () => {
    const over = (options: object) => ({
      kind: 'tiered',
      id: 'tiers',
      tiers: [{ kind: 'memory', id: 'copies', ...options }, disk('a')],
    })
    const nested = (options: object) => sharded([{ kind: 'sharded', id: 'inner', shards: [over(options)] }])
    const { stack, apply, put, get } = await opened(nested({}))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(nested({ maxEntries: 6 }), { misplaced: 'move' })
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 a new wrapper in the position of a removed shard is not identified with that shard', async () => {
    const wrapped = (store: object) => ({ kind: 'timeout', milliseconds: 60_000, store })
    const { disks, stack, plan, apply, put, get } = await opened(
      sharded([disk('a'), wrapped(disk('b')), disk('c')]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = sharded([disk('a'), wrapped(disk('c'))])
    expect((await plan(next)).misplaced).toMatchObject([{ id: 'shards', of: keys.length }])
    await apply(next, { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-b')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 new tiers over one shard are not identified with the tiers of a removed one', async () => {
    const memories = (mode: string) => ({
      kind: 'tiered',
      mode,
      tiers: [{ kind: 'memory' }, { kind: 'memory' }],
    })
    const { stack, plan, apply, put, get } = await opened(
      sharded([memories('write-through'), memories('write-back')]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = sharded([
      { kind: 'tiered', mode: 'write-back', tiers: [{ kind: 'memory' }, memories('write-back')] },
    ])
    expect((await plan(next)).misplaced).toMatchObject([{ id: 'shards', of: keys.length }])
    await apply(next, { misplaced: 'move' })
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X11 a shard whose data changes does not leave its keys behind', async () => {
    const named = (name: string) => ({ kind: 'namespace', id: 'n', prefix: `/${name}`, store: disk('b') })
    const { stack, apply, put, get } = await opened(sharded([disk('a'), named('x')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await expect(apply(sharded([disk('a'), named('y')]), { misplaced: 'move' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await expect(apply(sharded([disk('a'), named('y')]))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await apply(sharded([disk('a'), named('y')]), { misplaced: 'leave' })
    await stack.close()
  })

  it('X11 S5 a new folder in the position of a removed shard receives its keys', async () => {
    const unnamed = (name: string) => ({ kind: 'disk', name })
    const { disks, stack, apply, put, get } = await opened(sharded([unnamed('a'), unnamed('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = sharded([unnamed('a'), unnamed('c')])
    await expect(apply(next)).rejects.toMatchObject({ code: 'CONFLICT' })
    await apply(next, { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-b')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X6 S5 shards of shards: the outer shards stay the same while keys of the inner ones move', async () => {
    const shards = (inner: object[]) =>
      sharded([{ kind: 'sharded', id: 'inner', shards: inner }, disk('z')], { by: 'rendezvous' })
    const { disks, stack, plan, apply, put, get } = await opened(
      tiered([memory('m'), shards([disk('a'), disk('b')])]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const next = tiered([memory('m'), shards([disk('c'), disk('a')])])
    expect(await fatesOf(plan(next))).toMatchObject({
      tiers: 'kept',
      m: 'kept',
      shards: 'kept',
      inner: 'changed',
    })
    await apply(next, { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-b')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X6 A3 copies above memory shards are dropped together with the discarded values', async () => {
    const over = (more: object) => tiered([memory('m'), sharded([memory('s', more), disk('a')])])
    const { stack, store, apply, put } = await opened(over({}))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(over({ maxEntries: 1000 }), { discard: true, misplaced: 'move' })
    const left = await Promise.all(keys.map(one => store.has(one)))
    const listed = new Set((await store.list(Key.of('k'))).children.map(({ key }) => String(key)))
    expect(keys.filter((_, index) => left[index]).map(String)).toEqual(
      keys.map(String).filter(one => listed.has(one)),
    )
    expect(listed.size).toBeLessThan(keys.length)
    await stack.close()
  })

  it('X6 S5 keys that a shard failed to write are moved once it accepts them', async () => {
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), disk('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    disks.offline.add('c')
    const errors: unknown[] = []
    const onBackgroundError = (error: unknown) => errors.push(error)
    await apply(sharded([disk('c')]), { misplaced: 'move', onBackgroundError })
    await expect.poll(() => errors).toHaveLength(1)
    expect(errors).toMatchObject([{ code: 'IO' }])
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    disks.offline.delete('c')
    await expect.poll(() => disks.log).toEqual(expect.arrayContaining(['-a', '-b']))
    expect(errors).toHaveLength(1)
    expect(await Promise.all(keys.map(one => disks.textAt('c', one)))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X6 S5 close() waits until the new stack can find all keys', async () => {
    const { disks, stack, apply, put } = await opened(sharded([disk('a'), disk('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(sharded([disk('c')]), { misplaced: 'move' })
    await stack.close()
    expect(await Promise.all(keys.map(one => disks.textAt('c', one)))).toEqual(keys.map(String))
    expect([...disks.log].sort()).toEqual(['+a', '+b', '+c', '-a', '-b', '-c'])
  })

  it('X6 S5 close() fails if keys could not be moved', async () => {
    const { disks, stack, apply, put } = await opened(sharded([disk('a'), disk('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    disks.offline.add('c')
    await apply(sharded([disk('c')]), { misplaced: 'move' })
    await expect(stack.close()).rejects.toMatchObject({ code: 'IO' })
    expect([...disks.log].sort()).toEqual(['+a', '+b', '+c', '-a', '-b', '-c'])
  })

  it('X3 a new node does not get the id of a removed node in its position', async () => {
    const wrapped = { kind: 'timeout', milliseconds: 1000, store: { kind: 'memory' } }
    const { stack, apply } = await opened({ kind: 'memory' })
    await apply(wrapped)
    await apply({ kind: 'memory', maxEntries: 5 }, { discard: true })
    expect(stack.nodes.map(({ id }) => id)).toEqual(['memory@root-2'])
    await stack.close()
  })

  it('X11 a node that keys move out of cannot be used elsewhere meanwhile', async () => {
    const { stack, apply, put, get } = await opened(
      sharded([{ kind: 'retry', id: 'gone', store: memory('m') }, disk('a')]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const refused = { code: 'CONFLICT', message: expect.stringContaining('something else') as string }
    for (const next of [
      tiered([memory('m'), disk('a')]),
      { kind: 'namespace', prefix: '/n', store: memory('m') },
    ])
      await expect(
        apply(sharded([next, disk('b')]), { misplaced: 'move', discard: true }),
      ).rejects.toMatchObject(refused)
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })
})
