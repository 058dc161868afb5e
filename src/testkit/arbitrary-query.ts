import fc from 'fast-check'
import type { Comparison, Condition, Order, Query } from '../core/query/query.ts'

const comparison = fc.constantFrom<Comparison[]>('<', '<=', '=', '!=', '>=', '>')
const keyTexts = ['/', '/a', '/a/b', '/a/b/c', '/a-b', '/a-b/c', '/ab', '/x', '/x/y/z', '/c:d', '/zz', '/0']
const scalars = fc.constantFrom(0, 1, 2, 4097, -1, 'a', 'b', '', true, false, null)
const fields = ['n', 'value.n', 'value.name', 'deep.er', 'tags.0', 'items', 'value', 'key.x', 'constructor']

/** Conditions on every kind of field, with scalars of the right type and of other types. */
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constant('key'), op: comparison, value: fc.constantFrom(...keyTexts) }),
  fc.record({ field: fc.constant('key'), op: fc.constant('in' as const), value: fc.subarray(keyTexts) }),
  fc.record({
    field: fc.constantFrom('key', 'name', 'value.tags', 'size'),
    op: fc.constantFrom('prefix' as const, 'contains' as const, 'matches' as const),
    value: fc.constantFrom('/a', 'b', 'a', '^/a', 'b$', '-'),
  }),
  fc.record({
    field: fc.constant('size'),
    op: comparison,
    value: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 1, 5, 17, 4097) },
      { weight: 1, arbitrary: scalars },
    ),
  }),
  fc.record({
    field: fc.constantFrom('mtime', 'size'),
    op: comparison,
    value: fc.constantFrom(0, Date.now() + 1e9),
  }),
  fc.record({ field: fc.constantFrom(...fields), op: comparison, value: scalars }),
  fc.record({ field: fc.constantFrom(...fields, 'key', 'size'), op: fc.constant('exists' as const) }),
  fc.record({
    field: fc.constantFrom(...fields),
    op: fc.constant('in' as const),
    value: fc.array(scalars, { maxLength: 3 }),
  }),
)

const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.record({ and: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
})).tree

const order: fc.Arbitrary<Order> = fc.record(
  { field: fc.constantFrom('key', 'size', 'size', ...fields), descending: fc.boolean() },
  { requiredKeys: ['field'] },
)

/** Any query over the keys of the suite. Orders never use `mtime`, because two puts may share a millisecond. */
export const anyQuery: fc.Arbitrary<Query> = fc.record(
  {
    prefix: fc.constantFrom(...keyTexts, '/', '/'),
    recursive: fc.boolean(),
    where: condition,
    orderBy: fc.array(order, { maxLength: 3 }),
    offset: fc.nat(3),
    limit: fc.nat(8),
    after: fc.constantFrom(...keyTexts),
    keysOnly: fc.boolean(),
    withStat: fc.boolean(),
  },
  { requiredKeys: [] },
)
