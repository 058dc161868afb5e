import { describe, expect, it } from 'vitest'
import {
  type ShardFunctionChoice,
  shardFunctionOf,
} from '../../../src/core/adapters/sharded/shard-function.ts'
import { Key } from '../../../src/core/key.ts'
import { openStoreOf } from '../../../src/core/open/datastore.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { openDocument } from '../../../src/core/stack/running-stack.ts'

const registry = new Registry(pureKinds)
const memory = { kind: 'memory' }

/** A node of every kind, with typical options. */
const examples: Record<string, Record<string, unknown>> = {
  memory: { maxEntries: 100, maxBytes: 1_000_000, ttl: 60_000, policy: 'lfu' },
  null: {},
  tiered: { tiers: [memory, memory], mode: 'write-back', maxUnflushedEntries: 100, maxUnflushedBytes: 1e6 },
  sharded: { by: 'rendezvous', shards: [memory, memory] },
  mount: { mounts: { '/': memory, '/films': memory } },
  cache: { store: memory, maxEntries: 100, negativeTtl: 1000 },
  namespace: { store: memory, prefix: '/app' },
  'read-only': { store: memory },
  lowercase: { store: memory },
  'nested-path': { store: memory, depth: 2, length: 1 },
  retry: { store: memory, attempts: 2 },
  timeout: { store: memory, milliseconds: 1000 },
  'rate-limit': { store: memory, perSecond: 1000 },
  fault: { store: memory, latency: 1 },
  symlink: { stores: [memory, memory] },
  'directory-tree': { stores: [memory, memory] },
}

describe('the kinds', () => {
  it('X2 every kind has an example here', () => {
    expect(Object.keys(examples).sort()).toEqual([...registry.names].sort())
  })

  it.each(Object.entries(examples))('X2 %s opens, stores values and closes', async (kind, options) => {
    await using stack = await openDocument({ strata: 1, root: { kind, ...options } }, registry)
    expect(stack.nodes[0]).toMatchObject({ kind, path: 'root', depth: 0 })
    const key = Key.parse('/films/brazil')
    const put = stack.store.put(key, Uint8Array.of(1))
    if (kind === 'read-only') {
      await expect(put).rejects.toMatchObject({ code: 'READ_ONLY' })
      return
    }
    await put
    expect(await stack.nodes[0]!.store.has(key)).toBe(kind !== 'null')
    if (kind !== 'null') expect(await stack.store.get(key)).toEqual(Uint8Array.of(1))
  })

  it.each([
    { by: 'jump' },
    { by: 'modulo' },
    { by: 'rendezvous' },
    { by: 'prefix', characters: 5 },
    { by: 'suffix', characters: 1 },
    { by: 'next-to-last' },
  ])(
    'S4 X2 %j is an example of a sharded stack, and puts keys in the shard that the function selects',
    async options => {
      const root = { kind: 'sharded', id: 's', ...options, shards: [memory, memory, memory] }
      await using stack = await openDocument({ strata: 1, root }, registry)
      const ids = stack.nodes[0]!.children.map(child => child.id)
      const { by, characters = 2 } = options
      const isFlatfs = ['prefix', 'suffix', 'next-to-last'].includes(by)
      const choice = isFlatfs ? `/repo/flatfs/shard/v1/${by}/${characters}` : by
      const shardOf = shardFunctionOf(choice as ShardFunctionChoice)
      for (let index = 0; index < 40; index++) {
        const key = Key.of('blocks', `AFKREI${index}`)
        await stack.store.put(key, Uint8Array.of(index))
        const holders = await Promise.all(ids.map(id => stack.node(id).store.has(key)))
        expect(holders.indexOf(true)).toBe(shardOf(key, ids))
      }
    },
  )

  it.each([
    [{ kind: 'sharded', by: 'luck', shards: [memory] }, 'root.by'],
    [{ kind: 'sharded', by: 'prefix', characters: 0, shards: [memory] }, 'root.characters'],
    [{ kind: 'namespace', prefix: '/a/../b', store: memory }, 'root.prefix'],
    [{ kind: 'mount', mounts: { '/a': memory, 'a/': memory } }, 'root.mounts["a/"]'],
    [{ kind: 'memory', maxEntries: 0 }, 'root.maxEntries'],
    [{ kind: 'fault', errorRate: 2, store: memory }, 'root.errorRate'],
    [{ kind: 'symlink', stores: [memory] }, 'root.stores'],
    [{ kind: 'directory-tree', stores: [memory, memory, memory] }, 'root.stores'],
  ])('X1 %j is rejected at %s', async (root, path) => {
    await expect(openDocument({ strata: 1, root }, registry)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path,
    })
  })

  it('X1 a stack that fails to open reports the reason, even if its open stores fail to close', async () => {
    const root = { kind: 'tiered', tiers: [memory, { kind: 'namespace', prefix: '..', store: memory }] }
    const failing = new Registry(
      pureKinds.map(kind => ({
        ...kind,
        open: async (...parts: Parameters<typeof kind.open>) => {
          const store = await kind.open(...parts)
          openStoreOf(store).store.close = () => Promise.reject(new Error('it does not close'))
          return store
        },
      })),
    )
    await expect(openDocument({ strata: 1, root }, failing)).rejects.toMatchObject({
      path: 'root.tiers[1].prefix',
    })
  })

  it('X1 a stack that fails to open closes the stores that it has opened', async () => {
    const root = { kind: 'tiered', tiers: [memory, { kind: 'namespace', prefix: '..', store: memory }] }
    const opened: { isClosed: boolean }[] = []
    const watching = new Registry(
      pureKinds.map(kind => ({
        ...kind,
        open: async (...parts: Parameters<typeof kind.open>) => {
          const store = await kind.open(...parts)
          const state = { isClosed: false }
          opened.push(state)
          openStoreOf(store).store.close = async () => {
            state.isClosed = true
          }
          return store
        },
      })),
    )
    await expect(openDocument({ strata: 1, root }, watching)).rejects.toMatchObject({
      path: 'root.tiers[1].prefix',
    })
    expect(opened).toEqual([{ isClosed: true }, { isClosed: true }])
  })
})
