import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { Key } from '../../../src/core/key.ts'
import { nodeKinds } from '../../../src/core/node/stack.ts'
import { openStoreOf } from '../../../src/core/open/datastore.ts'
import type { Kind } from '../../../src/core/stack/kind.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { openDocument } from '../../../src/core/stack/running-stack.ts'
import type { ApplyOptions } from '../../../src/core/stack/stack.ts'
import { noRedis, type RedisServer, startRedis } from '../../servers/redis.ts'
import { TempRoots } from '../node/fs/temp-root.ts'
import { documentOf, fatesOf, memory, retry, sharded, tiered } from './opened-stack.ts'
import { bytesOf, keysOf, textOf } from './stack-kinds.ts'

const roots = new TempRoots()
const servers: RedisServer[] = []
afterAll(async () => {
  for (const server of servers) await server.stop()
  await roots.remove()
})

async function redis(): Promise<RedisServer> {
  const server = await startRedis()
  servers.push(server)
  return server
}

const keys = keysOf(20)

/** A kind that logs when its stores open and close: `+id` and `-id`. */
function logged(kind: Kind, log: string[]): Kind {
  return {
    ...kind,
    open: async (options, children, context) => {
      const datastore = await kind.open(options, children, context)
      log.push(`+${context.id}`)
      const { store } = openStoreOf(datastore)
      const close = store.close?.bind(store)
      store.close = async () => {
        log.push(`-${context.id}`)
        await close?.()
      }
      return datastore
    },
  }
}

/** A stack over engines, with short ways to use and change it. */
async function opened(root: object) {
  const log: string[] = []
  const engines = nodeKinds.map(kind => (kind.recognition === undefined ? kind : logged(kind, log)))
  const stack = await openDocument(documentOf(root), new Registry(engines))
  return {
    log,
    stack,
    plan: (next: object) => stack.plan(documentOf(next)),
    apply: (next: object, options?: ApplyOptions) => stack.apply(documentOf(next), options),
    put: (to: Key, text: string) => stack.store.put(to, bytesOf(text)),
    get: async (from: Key) => textOf(await stack.store.get(from)),
  }
}

type Opened = Awaited<ReturnType<typeof opened>>

/** Puts and gets that are called in rounds, and awaited only at the end. */
class Calls {
  readonly #on: Opened
  readonly #puts: Promise<unknown>[] = []
  readonly #seen: Promise<string>[] = []
  #round = 0

  constructor(on: Opened) {
    this.#on = on
  }

  /** The text that was put last. */
  get last(): string {
    return String(this.#round)
  }

  begin(rounds: number): void {
    for (const end = this.#round + rounds; this.#round < end; ) {
      this.#round++
      for (const key of keys) {
        this.#puts.push(this.#on.put(key, this.last))
        this.#seen.push(this.#on.get(key))
      }
    }
  }

  /** Makes calls until `work` has ended: each round begins once the round before the last has ended. */
  async during(work: Promise<unknown>): Promise<void> {
    const end = new AbortController()
    const over = work.finally(() => end.abort())
    do {
      const before = Promise.allSettled(this.#seen.slice(-keys.length))
      this.begin(1)
      await Promise.race([over, before])
      // With a store that answers at once, the loop would otherwise block the change.
      await new Promise(resolve => setImmediate(resolve))
    } while (!end.signal.aborted)
    this.begin(1)
    await over
  }

  /** Expects that no call failed, and that each get returned the value put just before it. */
  async expectAllMade(): Promise<void> {
    await Promise.all(this.#puts)
    const rounds = Array.from({ length: this.#round }, (_, index) => String(index + 1))
    expect(await Promise.all(this.#seen)).toEqual(rounds.flatMap(round => keys.map(() => round)))
  }
}

/** The node of an engine, in a place of its own. */
async function engine(kind: string, more: object = {}): Promise<object> {
  if (kind === 'redis') return { kind, id: 'e', url: (await redis()).url, ...more }
  return { kind, id: 'e', path: join(await roots.make(), 'data'), ...more }
}

const cached = (store: object) => ({ kind: 'cache', id: 'c', store })

describe.each(['leveldb', 'lmdb', 'sqlite', 'redis'])('stack.apply with %s', kind => {
  it('X6 X9 wrapping, moving below a cache and unwrapping during calls: it is opened once, no call is lost', async ({
    skip,
  }) => {
    skip(kind === 'redis' && noRedis !== undefined, noRedis)
    const node = await engine(kind)
    const one = await opened(node)
    const calls = new Calls(one)
    for (const next of [retry(node), cached(retry(node)), cached(node), node]) {
      expect(await fatesOf(one.plan(next))).toMatchObject({ e: 'kept' })
      calls.begin(2)
      await calls.during(one.apply(next))
    }
    await calls.expectAllMade()
    expect(one.log).toEqual(['+e'])
    await one.stack.close()
    expect(one.log).toEqual(['+e', '-e'])
  })

  it('X6 X8 X9 reopening with other options during calls: no call is lost', async ({ skip }) => {
    skip(kind === 'redis' && noRedis !== undefined, noRedis)
    const option = kind === 'redis' ? { timeout: 20_000 } : { durability: 'full' }
    const node = await engine(kind)
    const one = await opened(tiered([memory('m'), node]))
    const calls = new Calls(one)
    calls.begin(2)
    await calls.during(one.apply(tiered([memory('m'), { ...node, ...option }])))
    await calls.during(one.apply(tiered([memory('m'), node])))
    await calls.expectAllMade()
    expect(one.log).toEqual(['+e', '+e', '-e', '+e', '-e'])
    await one.stack.close()
    const again = await opened(node)
    expect(await Promise.all(keys.map(again.get))).toEqual(keys.map(() => calls.last))
    await again.stack.close()
  })

  it('X6 X8 writes that a tier above it acknowledged are in it once the tier is removed', async ({
    skip,
  }) => {
    skip(kind === 'redis' && noRedis !== undefined, noRedis)
    const node = await engine(kind)
    const one = await opened(tiered([memory('m'), node], { mode: 'write-back' }))
    const calls = new Calls(one)
    calls.begin(3)
    await one.apply(node)
    await calls.expectAllMade()
    expect(await Promise.all(keys.map(one.get))).toEqual(keys.map(() => calls.last))
    expect(one.log).toEqual(['+e'])
    await one.stack.close()
  })
})

describe('stack.apply with several engines', () => {
  it('X10 a change that adds an unreachable server: the running engines keep serving, opened once', async () => {
    const node = await engine('leveldb')
    const one = await opened(cached(node))
    const calls = new Calls(one)
    const gone = { kind: 'redis', id: 'gone', url: 'redis://127.0.0.1:1', timeout: 1000 }
    const failing = one.apply(sharded([cached(node), gone]), { misplaced: 'move' })
    await calls.during(failing.catch(() => undefined))
    await expect(failing).rejects.toMatchObject({ code: 'CONNECTION' })
    await calls.expectAllMade()
    expect(one.log).toEqual(['+e'])
    await one.stack.close()
  })

  it('X6 X11 S5 adding a shard on LMDB to shards on LevelDB and SQLite: each key is found during the move', async () => {
    const [a, b, c] = await Promise.all([
      engine('leveldb', { id: 'a' }),
      engine('sqlite', { id: 'b' }),
      engine('lmdb', { id: 'c' }),
    ])
    const one = await opened(sharded([a, b]))
    const many = keysOf(200)
    await Promise.all(many.map(key => one.put(key, key.name)))
    await expect(one.apply(sharded([a, b, c]))).rejects.toMatchObject({ code: 'CONFLICT' })
    await one.apply(sharded([a, b, c]), { misplaced: 'move' })
    expect(await Promise.all(many.map(one.get))).toEqual(many.map(key => key.name))
    const shards = one.stack.node('shards').store
    await expect
      .poll(() => shards instanceof ShardedDatastore && shards.isSettled, { timeout: 20_000 })
      .toBe(true)
    expect(await Promise.all(many.map(one.get))).toEqual(many.map(key => key.name))
    expect((await one.stack.node('c').store.stats()).entries).toBeGreaterThan(20)
    expect([...one.log].sort()).toEqual(['+a', '+b', '+c'])
    await one.stack.close()
  })
})

describe('stack.apply of another Redis server', () => {
  it('X6 X8 X9 during calls: those before the change use the first server, those after it the second', async ({
    skip,
  }) => {
    skip(noRedis !== undefined, noRedis)
    const [first, second] = await Promise.all([engine('redis'), engine('redis')])
    const one = await opened(cached(first))
    const only = Key.of('only in the first')
    await one.put(only, 'a')
    const calls = new Calls(one)
    calls.begin(2)
    await calls.during(one.apply(cached(second)))
    await calls.expectAllMade()
    // The cache holds no copy from the other server.
    await expect(one.get(only)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(one.log).toEqual(['+e', '+e', '-e'])
    await one.stack.close()
    const [left, held] = [await opened(first), await opened(second)]
    const before = await Promise.all(keys.map(left.get))
    expect(new Set(before).size).toBe(1)
    expect(Number(before[0])).toBeGreaterThanOrEqual(2)
    expect(await left.get(only)).toBe('a')
    expect(await Promise.all(keys.map(held.get))).toEqual(keys.map(() => calls.last))
    await left.stack.close()
    await held.stack.close()
  })

  it('X6 X8 writes that tiers acknowledged are flushed to the first server before the second is used', async ({
    skip,
  }) => {
    skip(noRedis !== undefined, noRedis)
    const over = (node: object) => tiered([memory('m'), node], { mode: 'write-back' })
    const [first, second] = await Promise.all([engine('redis'), engine('redis')])
    const one = await opened(over(first))
    await Promise.all(keys.map(key => one.put(key, 'of the first')))
    await one.apply(over(second))
    for (const key of keys) await expect(one.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await one.stack.close()
    const left = await opened(first)
    expect(await Promise.all(keys.map(left.get))).toEqual(keys.map(() => 'of the first'))
    await left.stack.close()
  })

  it('X6 the plan reports that a tier on disk holds copies of the first server', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const disk = await engine('lmdb', { id: 'd' })
    const [first, second] = await Promise.all([engine('redis'), engine('redis')])
    const one = await opened(tiered([disk, first]))
    await one.put(keys[0] as Key, 'a')
    expect((await one.plan(tiered([disk, second]))).stale).toMatchObject([{ id: 'd', fate: 'kept' }])
    await expect(one.apply(tiered([disk, second]))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await one.get(keys[0] as Key)).toBe('a')
    await one.stack.close()
  })
})
