import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ShardFunctionName } from '../../../../src/core/adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { DatastoreError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { type FaultDatastore, fault } from '../../../../src/core/layers/fault.ts'
import { collect, walkKeys } from '../../../../src/testkit/suite.ts'
import { expectEachOnceAtHome, memories, textOf, utf8 } from './shards.ts'

const names = ['a', 'a/b', 'a/c', 'b', 'c/d/e', 'c/d/f', 'g', 'h', 'i/j', 'i/k', 'l', 'm']
const functions: readonly ShardFunctionName[] = ['jump', 'modulo', 'rendezvous', 'suffix']

type Step =
  | {
      readonly step: 'put'
      readonly key: string
      readonly value: string
      readonly mode: 'any' | 'create' | 'replace'
    }
  | { readonly step: 'putIfMatch'; readonly key: string; readonly value: string; readonly isStale: boolean }
  | { readonly step: 'delete' | 'get'; readonly key: string }
  | { readonly step: 'rename'; readonly key: string; readonly to: string }
  | { readonly step: 'look' }
  /** Starts or resumes a reshard, and aborts it after this number of moved keys. */
  | {
      readonly step: 'reshard'
      readonly shards: readonly number[]
      readonly by: ShardFunctionName
      readonly moves: number
    }
  | { readonly step: 'await' }
  /** From here on, this share of the calls below fails. */
  | { readonly step: 'fault'; readonly rate: number }

const key = fc.constantFrom(...names)
const value = fc.string({ unit: fc.constantFrom('x', 'y', 'z'), maxLength: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    step: fc.constant('put' as const),
    key,
    value,
    mode: fc.constantFrom('any' as const, 'create' as const, 'replace' as const),
  }),
  fc.record({ step: fc.constant('putIfMatch' as const), key, value, isStale: fc.boolean() }),
  fc.record({ step: fc.constantFrom('delete' as const, 'get' as const), key }),
  fc.record({ step: fc.constant('rename' as const), key, to: key }),
  fc.constant({ step: 'look' as const }),
  fc.record({
    step: fc.constant('reshard' as const),
    shards: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 }),
    by: fc.constantFrom(...functions),
    moves: fc.oneof(fc.nat(6), fc.constant(1000)),
  }),
  fc.constant({ step: 'await' as const }),
  fc.record({ step: fc.constant('fault' as const), rate: fc.constantFrom(0, 0, 0.1, 0.3) }),
)

/** The possible values of a key: its text, or nothing. Several if a failed call may have taken effect. */
type Held = ReadonlySet<string | undefined>

class History {
  readonly #shards: readonly FaultDatastore[]
  readonly #store: ShardedDatastore
  readonly #model = new Map<string, Held>(names.map(name => [name, new Set([undefined])]))
  #running: Promise<unknown> | undefined

  constructor(seed: number) {
    let state = seed
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32
    }
    this.#shards = memories(5).map(store => fault<Uint8Array>(store, { random }))
    this.#store = new ShardedDatastore<Uint8Array>(this.#shards.slice(0, 2))
  }

  async run(one: Step): Promise<void> {
    switch (one.step) {
      case 'put':
        return this.#put(one)
      case 'putIfMatch':
        return this.#putIfMatch(one)
      case 'delete':
        return this.#write(one.key, undefined, () =>
          this.#store.delete(Key.parse(one.key), { missingOk: true }),
        )
      case 'get':
        return this.#get(one.key)
      case 'rename':
        return this.#rename(one.key, one.to)
      case 'look':
        return this.#look()
      case 'reshard':
        this.#reshard(one.shards, one.by, one.moves)
        return
      case 'await':
        await this.#running
        return
      case 'fault':
        for (const shard of this.#shards) shard.faults.errorRate = one.rate
    }
  }

  /** Completes the running reshard without faults, and expects each key once, in its home shard. */
  async settle(): Promise<void> {
    for (const shard of this.#shards) shard.faults.errorRate = 0
    await this.#running
    for (const name of names) await this.#get(name)
    await this.#look()
    const { removed } = await this.#store.reshard(this.#store.shards)
    const others = [...removed, ...this.#shards.filter(shard => !this.#store.shards.includes(shard))]
    await this.#look()
    const keys = names.filter(name => !this.#held(name).has(undefined)).map(Key.parse)
    await expectEachOnceAtHome(this.#store, keys, [...new Set<BinaryDatastore>(others)], false)
    expect(await collect(this.#store.verify())).toEqual([])
  }

  #held(name: string): Held {
    return this.#model.get(name) as Held
  }

  async #put({ key: name, value: text, mode }: Step & { readonly step: 'put' }): Promise<void> {
    const held = this.#held(name)
    const options = { create: mode !== 'replace', replace: mode !== 'create' }
    const refused =
      mode === 'replace' ? held.has(undefined) : mode === 'create' && (held.size > 1 || !held.has(undefined))
    const put = () => this.#store.put(Key.parse(name), utf8(text), options)
    if (!refused) return this.#write(name, text, put)
    if (held.size > 1) return
    await expect(put()).rejects.toMatchObject({
      code: expect.stringMatching(mode === 'replace' ? /NOT_FOUND|IO/ : /ALREADY_EXISTS|IO/) as string,
    })
  }

  async #putIfMatch({
    key: name,
    value: text,
    isStale,
  }: Step & { readonly step: 'putIfMatch' }): Promise<void> {
    const [held, ...others] = this.#held(name)
    if (held === undefined || others.length > 0) return
    const key = Key.parse(name)
    const etag = await outcomeOf(this.#store.stat(key).then(stat => stat.etag))
    if (etag === 'IO') return
    if (isStale) {
      await this.#write(name, `${held}!`, () => this.#store.put(key, utf8(`${held}!`)))
      const stale = await outcomeOf(this.#store.put(key, utf8(text), { ifMatch: etag }))
      const [now, ...unsure] = this.#held(name)
      // A failed put may not have taken effect, and then the etag is not stale.
      if (now === `${held}!` && unsure.length === 0) expect(['CONFLICT', 'IO']).toContain(stale)
      else await this.#reread(name, new Set([...this.#held(name), text]))
      return
    }
    // While keys move, the etag of a version may change at any moment.
    if (!this.#store.isSettled) return
    await this.#write(name, text, () => this.#store.put(key, utf8(text), { ifMatch: etag }))
  }

  async #write(name: string, after: string | undefined, call: () => Promise<unknown>): Promise<void> {
    const outcome = await outcomeOf(call().then(() => 'done'))
    if (outcome === 'done') this.#model.set(name, new Set([after]))
    else {
      expect(outcome).toBe('IO')
      await this.#reread(name, new Set([...this.#held(name), after]))
    }
  }

  async #rename(from: string, to: string): Promise<void> {
    const [held, ...others] = this.#held(from)
    if (held === undefined || others.length > 0 || from === to) return
    const outcome = await outcomeOf(this.#store.rename(Key.parse(from), Key.parse(to)).then(() => 'done'))
    const isDone = outcome === 'done'
    if (!isDone) expect(outcome).toBe('IO')
    await this.#reread(from, new Set(isDone ? [undefined] : [held, undefined]))
    await this.#reread(to, new Set(isDone ? [held] : [held, ...this.#held(to)]))
  }

  /** Narrows the possible values down to those that the store returns. */
  async #reread(name: string, possible: Held): Promise<void> {
    this.#model.set(name, possible)
    await this.#get(name)
  }

  async #get(name: string): Promise<void> {
    const got = await outcomeOf(this.#store.get(Key.parse(name)).then(bytes => `=${textOf(bytes)}`))
    if (got === 'IO') return
    const found = got === 'NOT_FOUND' ? undefined : got.slice(1)
    expect([...this.#held(name)], name).toContain(found)
    this.#model.set(name, new Set([found]))
  }

  /** Expects a walk and a query to return each existing key once. */
  async #look(): Promise<void> {
    const isSure = (name: string) => this.#held(name).size === 1
    const expected = names
      .filter(name => isSure(name) && !this.#held(name).has(undefined))
      .map(name => `/${name}`)
    const ways = [
      () => walkKeys(this.#store),
      async () => (await collect(this.#store.query({ keysOnly: true }))).map(entry => entry.key.toString()),
    ]
    for (const way of ways) {
      const seen = await way().catch((error: unknown) => {
        if (error instanceof DatastoreError && error.code === 'IO') return undefined
        throw error
      })
      if (seen === undefined) continue
      expect(seen.filter(text => isSure(text.slice(1)))).toEqual(
        expected.map(Key.parse).sort(Key.compare).map(String),
      )
    }
  }

  #reshard(shards: readonly number[], by: ShardFunctionName, moves: number): void {
    const abort = new AbortController()
    const target = shards.map(index => this.#shards[index] as BinaryDatastore)
    const resharded = this.#store.reshard(target, {
      by,
      signal: abort.signal,
      concurrency: 3,
      onProgress: ({ moved }) => {
        if (moved >= moves) abort.abort()
      },
    })
    if (moves === 0) abort.abort()
    const outcome = outcomeOf(resharded.then(() => 'done')).then(code =>
      expect(['done', 'IO', 'ABORTED', 'CONFLICT']).toContain(code),
    )
    this.#running = Promise.all([this.#running, outcome])
  }
}

it('S3 random calls between reshards, aborts and faults agree with a map; in the end each key is once in its home shard', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(), async (steps, seed) => {
      const history = new History(seed)
      for (const one of steps) await history.run(one)
      await history.settle()
    }),
    { numRuns: 100 },
  )
})

async function outcomeOf(call: Promise<string | { readonly etag: string }>): Promise<string> {
  try {
    const result = await call
    return typeof result === 'string' ? result : 'done'
  } catch (error) {
    if (error instanceof DatastoreError) return error.code
    throw error
  }
}
