import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SPAN_VERBS, type Span } from '../../../src/core/adapters/trace/span.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { openStack } from '../../../src/core/node/stack.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { StackNode } from '../../../src/core/stack/stack.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { bytes } from '../../text.ts'

const { node } = fc.letrec<{ node: StackNodeDocument; list: StackNodeDocument[] }>(tie => {
  const store = tie('node')
  const one = (kind: string, options: Record<string, unknown> = {}) =>
    store.map(below => ({ kind, ...options, store: below }))
  return {
    list: fc.array(store, { minLength: 1, maxLength: 3 }),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant({ kind: 'memory' }),
      fc.record({
        kind: fc.constant('tiered'),
        tiers: tie('list'),
        mode: fc.constantFrom('write-through', 'write-around', 'write-back'),
      }),
      tie('list').map(shards => ({ kind: 'sharded', shards })),
      tie('list').map(([root, films = { kind: 'memory' }]) => ({
        kind: 'mount',
        mounts: { '/': root, '/films': films },
      })),
      one('cache', { negativeTtl: 1000 }),
      one('namespace', { prefix: '/in' }),
      one('lowercase'),
      one('compressed'),
      one('nested-path', { depth: 2, length: 1 }),
      one('retry'),
      one('timeout', { milliseconds: 60_000 }),
      one('rate-limit', { perSecond: 1e6 }),
      one('fault'),
      fc.tuple(store, store).map(stores => ({ kind: 'symlink', stores })),
      fc.tuple(store, store).map(stores => ({ kind: 'directory-tree', stores })),
    ),
  }
})

/** Calls every verb. */
async function useEverything(store: BinaryDatastore): Promise<void> {
  const a = Key.parse('/films/brazil')
  const b = Key.parse('/films/1985')
  const changes = store.watch(Key.root)[Symbol.asyncIterator]()
  const change = store.capabilities.watch === 'none' ? undefined : changes.next()
  await store.put(a, bytes('a'))
  await store.put(b, bytes('b'), { replace: false })
  await store.putNew(Key.parse('/films'), bytes('n'))
  await store.get(a)
  await expect(store.get(Key.parse('/none'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await collect(store.getStream(a))
  await store.has(a)
  await store.stat(a)
  await store.list(Key.root)
  await store.rename(a, Key.parse('/books/a'))
  await store.stats()
  await store.sync()
  await store.prune(Key.root)
  await store.moveBranch(Key.parse('/none'), Key.parse('/moved'))
  await change
  await changes.return?.()
  await collect(store.query({ where: { field: 'size', op: '>', value: 0 } }, { scan: true }))
  await collect(
    store.query({ prefix: '/films', orderBy: [{ field: 'key', descending: true }] }, { scan: true }),
  )
  await collect(store.getMany([b]))
  await collect(store.putMany([{ key: a, value: bytes('c') }]))
  await store.batch().put(a, bytes('d')).delete(b).commit()
  await collect(store.deleteMany([a]))
  await store.delete(Key.parse('/books/a'))
}

/** The id of each node's parent. */
function parentsIn(node: StackNode, parents = new Map<string, string>()): Map<string, string> {
  for (const below of node.children) {
    parents.set(below.id, node.id)
    parentsIn(below, parents)
  }
  return parents
}

describe('the spans of a stack', () => {
  it('X13 trace() reports which call of the node above made each call below the root', async () => {
    await fc.assert(
      fc.asyncProperty(node, async root => {
        const stack = await openStack({ strata: 1, root })
        const spans: Span[] = []
        stack.trace(span => spans.push(span))
        await useEverything(stack.store)
        await stack.close()

        const byId = new Map(spans.map(span => [span.id, span]))
        const parents = parentsIn(stack.nodes[0]!)
        const misattributed = spans
          .map(span => ({ ...span, by: byId.get(span.parent ?? -1)?.node }))
          // `putNew`, queries and some others consist of other calls on the same node.
          .filter(({ node, by }) => by !== parents.get(node) && by !== node)
        expect(
          misattributed.map(
            ({ verb, key, node, by }) => `${verb} ${key.toString()} in ${node} by ${by ?? 'nobody'}`,
          ),
        ).toEqual([])
        // Callers do not request the identity of a key; other calls do.
        const called = SPAN_VERBS.filter(verb => verb !== 'identity')
        expect(new Set(spans.filter(({ parent }) => parent === undefined).map(({ verb }) => verb))).toEqual(
          new Set(called.filter(verb => verb !== 'watch' || stack.store.capabilities.watch !== 'none')),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('X13 a get that fills a tier from a shard below a namespace is a tree of spans', async () => {
    await using stack = await openStack({
      strata: 1,
      root: {
        kind: 'tiered',
        id: 'tiers',
        tiers: [
          { kind: 'memory', id: 'near' },
          {
            kind: 'sharded',
            id: 'shards',
            shards: [{ kind: 'namespace', id: 'app', prefix: '/app', store: { kind: 'memory', id: 'far' } }],
          },
        ],
      },
    })
    await stack.node('shards').store.put(Key.parse('/a'), bytes('12345'))
    const spans: Span[] = []
    stack.trace(span => spans.push(span))
    await stack.store.get(Key.parse('/a'))
    await stack.store.sync()

    const spansUnder = (parent: number | undefined): unknown[] =>
      spans
        .filter(span => span.parent === parent)
        .map(({ id, node, verb, key, outcome, bytes }) => [
          `${node} ${verb} ${key.toString()}: ${outcome} ${bytes ?? '-'}`,
          ...spansUnder(id),
        ])
    const [get] = spansUnder(undefined)
    expect(get).toEqual([
      'tiers get /a: ok 5',
      ['near get /a: NOT_FOUND -'],
      ['shards get /a: ok 5', ['app get /a: ok 5', ['far get /app/a: ok 5']]],
      ['near put /a: ok 5'],
    ])
  })

  it('X13 trace() reports a flush as part of the write that it flushes', async () => {
    await using stack = await openStack({
      strata: 1,
      root: {
        kind: 'tiered',
        mode: 'write-back',
        tiers: [
          { kind: 'memory', id: 'near' },
          { kind: 'memory', id: 'far' },
        ],
      },
    })
    const spans: Span[] = []
    stack.trace(span => spans.push(span))
    await stack.store.put(Key.parse('/a'), bytes('1'))
    await stack.store.sync()
    const put = spans.find(({ verb, parent }) => verb === 'put' && parent === undefined)
    expect(
      spans.filter(({ parent }) => parent === put?.id).map(({ node, verb }) => `${node} ${verb}`),
    ).toEqual(['near put', 'far put'])
  })
})
