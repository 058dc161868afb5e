// A cache in memory over a bucket: what was read or written here lately costs no request.
// S3_URL names a bucket that is there, AWS_ENDPOINT_URL a server other than Amazon's; credentials are those of the AWS tools.
// It needs the package @aws-sdk/client-s3.
import { cache, Key } from 'strata/core'
import { S3Datastore } from 'strata/engines/s3'

const { S3_URL = 's3://films', AWS_ENDPOINT_URL } = process.env
const bucket = await S3Datastore.open({ url: `${S3_URL}/posters`, endpoint: AWS_ENDPOINT_URL })
await using posters = cache(bucket, { maxBytes: 16 * 1024 * 1024, ttl: 60_000 })

const brazil = Key.parse('/1985/Brazil')
await posters.put(brazil, new TextEncoder().encode('a man with wings'))
console.log(new TextDecoder().decode(await posters.get(brazil)))
// → a man with wings
console.log(posters.cacheMetrics.hits, posters.cacheMetrics.misses)
// → 1 0

// The bucket judges conditions, so that of two programs that edit one version only the first succeeds:
const { etag } = await posters.stat(brazil)
await bucket.put(brazil, new TextEncoder().encode('a man with wings, in armour'))
const late = posters.put(brazil, new TextEncoder().encode('a man'), { ifMatch: etag })
console.log(await late.catch((error: unknown) => (error as { code: string }).code))
// → CONFLICT

// A level is a list of the bucket by its delimiter, never of all of it.
console.log(
  (await posters.list(Key.root)).children.map(({ name, isBranch }) => (isBranch ? `${name}/` : name)),
)
// → [ '1985/' ]
await posters.delete(brazil)
