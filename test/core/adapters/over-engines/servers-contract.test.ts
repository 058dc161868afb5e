import { afterAll, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { nameOfSegment } from '../../../../src/core/node/engines/s3/text-keys.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { FAST, noPostgres, startPostgres } from '../../../servers/postgres.ts'
import { noRadosgw, startRadosgw } from '../../../servers/radosgw.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'
import { engines, openPostgres, openS3 } from './engines.ts'

const missing = noPostgres ?? noRadosgw
/** Whether a segment fits in every key of the suite. */
const heldInS3 = (segment: string): boolean | undefined =>
  2 * nameOfSegment(segment).length + 40 <= 1024 ? true : undefined

if (missing === undefined) {
  const [postgres, s3] = await Promise.all([startPostgres({ config: FAST }), startRadosgw()])
  const roots = new TempRoots()
  afterAll(async () => {
    await postgres.stop()
    await s3.stop()
    await roots.remove()
  })
  let tables = 0

  describeDatastore('cache over PostgreSQL', {
    ...openedAt(
      () => Promise.resolve(`t${tables++}`),
      async table => cache(await openPostgres(postgres.url, table), { maxEntries: 20 }),
    ),
    runs: 3,
  })
  describeDatastore('cache over S3', {
    ...openedAt(
      // The limit of keys depends on the length of the folder, so all folders have one length.
      () => Promise.resolve(`c${String(tables++).padStart(4, '0')}`),
      async part => cache(await openS3(s3, part), { maxEntries: 20 }),
    ),
    hostileSegments: heldInS3,
    runs: 3,
  })
  describeDatastore('TieredDatastore of memory, LevelDB and S3', {
    ...openedAt(
      () => roots.make(),
      async folder => {
        const tiers = [new MemoryDatastore(), await engines.leveldb(folder), await openS3(s3, folder)]
        return new TieredDatastore<Uint8Array>(tiers)
      },
    ),
    hostileSegments: heldInS3,
    runs: 3,
  })
} else it('adapters over PostgreSQL and S3', ({ skip }) => skip(missing))
