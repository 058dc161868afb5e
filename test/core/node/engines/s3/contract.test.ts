import { afterAll, it } from 'vitest'
import type { S3Options } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import { nameOfSegment } from '../../../../../src/core/node/engines/s3/text-keys.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { noRadosgw, startRadosgw } from '../../../../servers/radosgw.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { clientOf, newBucket, openS3Datastore } from './s3-context.ts'

/** Whether a segment of this many bytes fits in every key of the suite, in none, or (`undefined`) in some. */
function fits(bytes: number): boolean | undefined {
  if (bytes > 1000) return false
  return 2 * bytes + 40 <= 1024 ? true : undefined
}

if (noRadosgw === undefined) {
  const server = await startRadosgw()
  const client = clientOf(server)
  afterAll(async () => {
    client.destroy()
    await server.stop()
  })
  const bucket = await newBucket(client)
  let folders = 0
  const describeS3 = (
    name: string,
    options: Partial<S3Options>,
    hostileSegments: NonNullable<SuiteOptions<Uint8Array>['hostileSegments']>,
  ): void => {
    describeDatastore(name, {
      ...openedAt(
        () => Promise.resolve(`s3://${bucket}/f${String(folders++).padStart(4, '0')}`),
        url => openS3Datastore(server, bucket, { url, ...options }),
      ),
      hostileSegments,
      runs: 3,
    })
  }
  describeS3('S3Datastore', {}, segment => fits(Buffer.byteLength(nameOfSegment(segment))))
  const held = heldByPath({ leading: false })
  describeS3('S3Datastore in layout path', { layout: 'path' }, segment => {
    if (segment.includes('\0')) return false
    const fitting = fits(Buffer.byteLength(segment))
    return fitting === true ? held(segment) : fitting
  })
} else it('S3Datastore', ({ skip }) => skip(noRadosgw))
