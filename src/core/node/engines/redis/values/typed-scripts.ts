import { script } from '../server/server.ts'

/** The maximum number of members of a value that is shown as JSON, because a script blocks all other clients. */
export const MAX_MEMBERS = 100_000

/**
 * KEYS name. Answers nothing where there is none; else its type, SHA-1 of its state, its time to live in milliseconds
 * (-1: none), and its members as the command of its type gives them; `false` for the members where there are too many.
 */
export const READ_TYPED = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return false end
local read = {
  hash = { 'HLEN', 'HGETALL' }, list = { 'LLEN', 'LRANGE', 0, -1 }, set = { 'SCARD', 'SMEMBERS' },
  zset = { 'ZCARD', 'ZRANGE', 0, -1, 'WITHSCORES' }, stream = { 'XLEN', 'XRANGE', '-', '+' },
}
local how = read[kind]
if not how then return { kind, '', -1, false } end
if redis.call(how[1], key) > ${MAX_MEMBERS} then return { kind, '', -1, false } end
local members
if #how == 2 then members = redis.call(how[2], key)
elseif #how == 5 then members = redis.call(how[2], key, how[3], how[4], how[5])
else members = redis.call(how[2], key, how[3], how[4]) end
return { kind, redis.sha1hex(redis.call('DUMP', key)), redis.call('PTTL', key), members }`)

/**
 * Replaces the members of a value that is not a string. KEYS name; ARGV type, SHA-1 of the state that it must have (empty:
 * any), time to live (empty: what it has), the command that adds members, arguments of one member, the members.
 * Answers 0 done, 1 absent, 3 changed, 4 another type.
 */
export const WRITE_TYPED = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return 1 end
if kind ~= ARGV[1] then return 4 end
if ARGV[2] ~= '' and redis.sha1hex(redis.call('DUMP', key)) ~= ARGV[2] then return 3 end
local ttl = redis.call('PTTL', key)
if ARGV[3] ~= '' then ttl = tonumber(ARGV[3]) end
local size = tonumber(ARGV[5])
-- What the user may not do is refused before anything is removed.
redis.call(ARGV[4], key, unpack(ARGV, 6, 5 + size))
if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
redis.call('DEL', key)
local step = size * 1000
for at = 6, #ARGV, step do
  redis.call(ARGV[4], key, unpack(ARGV, at, math.min(at + step - 1, #ARGV)))
end
if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
return 0`)

/**
 * Changes a stream, whose entries cannot change and only follow the last one. KEYS name; ARGV SHA-1 of the state that it must
 * have (empty: any), number of ids to remove, these, then for each new entry its id, number of arguments, fields and values.
 */
export const WRITE_STREAM = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return 1 end
if kind ~= 'stream' then return 4 end
if ARGV[1] ~= '' and redis.sha1hex(redis.call('DUMP', key)) ~= ARGV[1] then return 3 end
local at = 3
for _ = 1, tonumber(ARGV[2]) do
  redis.call('XDEL', key, ARGV[at])
  at = at + 1
end
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  redis.call('XADD', key, ARGV[at], unpack(ARGV, at + 2, at + 1 + count))
  at = at + 2 + count
end
return 0`)

/**
 * KEYS name; ARGV SHA-1 that the value must have, time to live (empty: none), value.
 * Answers 0 done, 1 absent, 3 changed, or the type where there is something else than a string.
 */
export const WRITE_TEXT = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return 1 end
if kind ~= 'string' then return kind end
if redis.sha1hex(redis.call('GET', key)) ~= ARGV[1] then return 3 end
if ARGV[2] == '' then redis.call('SET', key, ARGV[3])
else redis.call('SET', key, ARGV[3], 'PX', ARGV[2]) end
return 0`)

/** KEYS name; ARGV SHA-1 of the value, or of the state of another type. Answers 0 removed, 1 absent, 3 changed. */
export const REMOVE_SEEN = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return 1 end
local state = redis.call(kind == 'string' and 'GET' or 'DUMP', key)
if redis.sha1hex(state) ~= ARGV[1] then return 3 end
redis.call('DEL', key)
return 0`)

/** KEYS name. Answers nothing where there is none; else its type, for a string its length and SHA-1, and its time to live. */
export const STAT = script(`
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return false end
if kind ~= 'string' then return { kind } end
local value = redis.call('GET', key)
return { kind, #value, redis.sha1hex(value), redis.call('PTTL', key) }`)
