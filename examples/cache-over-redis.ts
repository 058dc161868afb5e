// A cache in memory over a Redis server: what was read or written here lately is answered without a round trip.
// REDIS_URL names the server. It needs the package @redis/client.
import { cache, Key } from 'strata/core'
import { RedisDatastore } from 'strata/engines/redis'

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const server = await RedisDatastore.open({ url, layout: 'strata', prefix: 'films:' })
await using films = cache(server, { maxBytes: 16 * 1024 * 1024, ttl: 60_000 })

const brazil = Key.parse('/Brazil')
await films.put(brazil, new TextEncoder().encode('1985'))
console.log(new TextDecoder().decode(await films.get(brazil)))
// → 1985
console.log(films.cacheMetrics.hits, films.cacheMetrics.misses)
// → 1 0

// What another program writes is seen once the copy is older than 60 s, at once with `fresh`, and by every condition:
const { etag } = await server.put(brazil, new TextEncoder().encode('1985, Terry Gilliam'))
console.log(new TextDecoder().decode(await films.get(brazil, { fresh: true })))
// → 1985, Terry Gilliam
await films.put(brazil, new TextEncoder().encode('1985, Gilliam'), { ifMatch: etag })

await films.delete(brazil)
