import { afterAll, it } from 'vitest'
import {
  MemcachedDatastore,
  type MemcachedOptions,
} from '../../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { noMemcached, startMemcached } from '../../../../servers/memcached.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'

if (noMemcached === undefined) {
  const server = await startMemcached({ memory: 512 })
  afterAll(() => server.stop())
  let places = 0
  const describeMemcached = (
    name: string,
    options: Partial<MemcachedOptions>,
    suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
  ): void => {
    describeDatastore(name, {
      ...openedAt(
        () => Promise.resolve(`p${places++}-`),
        prefix => MemcachedDatastore.open({ url: server.url, prefix, ...options }, context),
      ),
      ...suite,
      runs: 5,
    })
  }
  describeMemcached('MemcachedDatastore', {})
  const path = { layout: 'path', separator: '/' } as const
  describeMemcached('MemcachedDatastore in layout path', path, { hostileSegments: heldByPath(path) })
} else it('MemcachedDatastore', ({ skip }) => skip(noMemcached))
