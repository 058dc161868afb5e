import { afterAll, it } from 'vitest'
import { EtcdDatastore, type EtcdOptions } from '../../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { noEtcd, startEtcd } from '../../../../servers/etcd.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'

if (noEtcd === undefined) {
  const server = await startEtcd({ isInMemory: true })
  afterAll(() => server.stop())
  let places = 0
  const describeEtcd = (
    name: string,
    options: Partial<EtcdOptions>,
    suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
  ): void => {
    describeDatastore(name, {
      ...openedAt(
        // All of one length, because the longest key depends on it.
        () => Promise.resolve(`p${String(places++).padStart(4, '0')}-`),
        prefix => EtcdDatastore.open({ url: server.url, prefix, ...options }, context),
      ),
      ...suite,
      runs: 5,
    })
  }
  describeEtcd('EtcdDatastore', {})
  describeEtcd('EtcdDatastore in layout path', { layout: 'path' }, { hostileSegments: heldByPath({}) })
} else it('EtcdDatastore', ({ skip }) => skip(noEtcd))
