import { describe, expect, it } from 'vitest'
import { disk, memory, opened, sharded, tiered } from './opened-stack.ts'
import { keysOf } from './stack-kinds.ts'

const keys = keysOf(60)

describe('stack.apply of another list of shards', () => {
  it('X11 a new memory of copies does not take the place of memory that keys move out of', async () => {
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

  it('X11 a new memory of copies does not take the place of one with copies of keys that move', async () => {
    const over = (name: string) => ({ kind: 'tiered', tiers: [{ kind: 'memory' }, disk(name)] })
    const { disks, stack, apply, put, get } = await opened(sharded([disk('a'), over('b')]))
    await Promise.all(keys.map(one => put(one, one.toString())))
    await apply(sharded([over('a')]), { misplaced: 'move' })
    await expect.poll(() => disks.log).toContain('-b')
    expect(await Promise.all(keys.map(get))).toEqual(keys.map(String))
    await stack.close()
  })

  it('X3 a new node does not get the id of one that has gone from its place', async () => {
    const wrapped = { kind: 'timeout', milliseconds: 1000, store: { kind: 'memory' } }
    const { stack, apply } = await opened({ kind: 'memory' })
    await apply(wrapped)
    await apply({ kind: 'memory', maxEntries: 5 }, { discard: true })
    expect(stack.nodes.map(({ id }) => id)).toEqual(['memory@root-2'])
    await stack.close()
  })

  it('X11 a node that keys move out of is nothing else meanwhile', async () => {
    const { stack, apply, put, get } = await opened(
      sharded([{ kind: 'retry', id: 'gone', store: memory('m') }, disk('a')]),
    )
    await Promise.all(keys.map(one => put(one, one.toString())))
    const refused = { code: 'CONFLICT', message: expect.stringContaining('needed elsewhere') as string }
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
