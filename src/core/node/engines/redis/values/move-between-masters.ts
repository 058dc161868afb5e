import type { Moved } from '../../../../open/store.ts'
import type { Argument } from '../server/connection.ts'
import { answered, isRefusal, redisFailure } from '../server/failures.ts'
import { type RedisServer, script, sha1 } from '../server/server.ts'

/** KEYS name. Returns nothing if there is no value; otherwise its serialized state, of any type, and its time to live. */
const DUMP = script(`
local state = redis.call('DUMP', KEYS[1])
if not state then return false end
return { state, redis.call('PTTL', KEYS[1]) }`)

/** KEYS name; ARGV SHA-1 of a state. Removes the value if it still has that state, and answers 1. */
const REMOVE_IF_SAME = script(`
local state = redis.call('DUMP', KEYS[1])
if not state or redis.sha1hex(state) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)

/** Renames a value of any type in a cluster, whose masters share no transaction: copies it, and removes it if unchanged. */
export async function moveBetweenMasters(
  server: RedisServer,
  source: Argument,
  target: Argument,
  replace: boolean,
): Promise<Moved> {
  for (;;) {
    const copy = await answered('rename', server.run(DUMP, [source], []))
    if (!Array.isArray(copy)) return 'absent'
    const [state, ttl] = copy as [Buffer, number]
    const restore = ['RESTORE', target, String(Math.max(0, ttl)), state, ...(replace ? ['REPLACE'] : [])]
    try {
      await server.send(target, restore)
    } catch (error) {
      if (isRefusal(error, 'BUSYKEY')) return 'exists'
      throw redisFailure('rename', error)
    }
    if ((await answered('rename', server.run(REMOVE_IF_SAME, [source], [sha1(state)]))) === 1) return 'moved'
    if (!replace) await answered('rename', server.send(target, ['DEL', target]))
  }
}
