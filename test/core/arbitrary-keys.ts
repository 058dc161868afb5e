import fc from 'fast-check'
import { Key, segmentProblem } from '../../src/core/key.ts'
import { hostileSegments } from '../../src/testkit/samples.ts'

/** Any valid segment, often with characters that need escaping. */
export const cleanSegment: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }).filter(segment => segmentProblem(segment) === undefined),
  fc.constantFrom('a', 'b', 'ab', 'a-b', 'a:b', 'A'),
  fc.constantFrom(...hostileSegments),
)

/** Any key, including the root. */
export const anyKey: fc.Arbitrary<Key> = fc
  .array(cleanSegment, { maxLength: 5 })
  .map(segments => Key.of(...segments))
