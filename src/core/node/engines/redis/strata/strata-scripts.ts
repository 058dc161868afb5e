import { script } from '../server/server.ts'

/**
 * What the scripts of layout `strata` share. A value is kept with its header (core/ordered/strata/header.ts): a byte 10, or
 * 11 where it expires; 7 bytes of version; 6 of the time of the write; 6 of the time of its expiry.
 * `judge` answers 0 where what is expected is so, else 1 absent, 2 exists, 3 changed. `apply` writes or removes a value
 * with its place in the order.
 */
const COMMON = `
local function body(value)
  return string.sub(value, string.byte(value, 1) == 17 and 21 or 15)
end
local function judge(name, expect, given, isPut)
  if expect == 'any' and isPut then return 0 end
  if expect == 'absent' then
    if redis.call('EXISTS', name) == 0 then return isPut and 0 or 1 end
    return 2
  end
  if expect == 'version' then
    local version = redis.call('GETRANGE', name, 1, 7)
    if version == '' then return 1 end
    return version == given and 0 or 3
  end
  if expect == 'any' or expect == 'present' then
    return redis.call('EXISTS', name) == 1 and 0 or 1
  end
  local value = redis.call('GET', name)
  if not value then return 1 end
  value = body(value)
  if expect == 'value' then return value == given and 0 or 3 end
  local at = tonumber(expect)
  return string.sub(value, at + 1, at + #given) == given and 0 or 3
end
local function apply(name, keys, expiries, key, expires, value)
  if expires == '-' then
    redis.call('DEL', name)
    redis.call('ZREM', keys, key)
    redis.call('ZREM', expiries, key)
  elseif expires == '' then
    redis.call('SET', name, value)
    redis.call('ZADD', keys, 0, key)
    redis.call('ZREM', expiries, key)
  else
    redis.call('SET', name, value)
    redis.call('PEXPIREAT', name, expires)
    redis.call('ZADD', keys, 0, key)
    redis.call('ZADD', expiries, expires, key)
  end
end
local function sweep(start, keys, expiries)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local due = redis.call('ZRANGEBYSCORE', expiries, '-inf', '(' .. string.format('%.0f', now), 'LIMIT', 0, 1000)
  for _, key in ipairs(due) do
    if redis.call('EXISTS', start .. key) == 0 then redis.call('ZREM', keys, key) end
    redis.call('ZREM', expiries, key)
  end
  return #due == 1000
end
`

/** KEYS value, keys, expiries; ARGV key, expires (empty: never, `-`: remove), expect, what was seen, value. */
export const WRITE = script(`${COMMON}
local refused = judge(KEYS[1], ARGV[3], ARGV[4], ARGV[2] ~= '-')
if refused == 0 then apply(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[5]) end
return refused`)

/**
 * The same for values that do not expire, without conditions. KEYS keys, expiries, and the name of each value; ARGV bytes before the
 * key in a name, and each value.
 */
export const PUT = script(`
local after = ARGV[1] + 1
local values, ranks, keys = {}, {}, {}
for index = 1, #KEYS - 2 do
  local name = KEYS[index + 2]
  local key = string.sub(name, after)
  values[2 * index - 1] = name
  values[2 * index] = ARGV[index + 1]
  ranks[2 * index - 1] = 0
  ranks[2 * index] = key
  keys[index] = key
end
redis.call(#values == 2 and 'SET' or 'MSET', unpack(values))
redis.call('ZADD', KEYS[1], unpack(ranks))
redis.call('ZREM', KEYS[2], unpack(keys))
return 0`)

/**
 * KEYS keys, expiries; ARGV start of names, bounds in the direction of the range, limit, 1 in reverse, 1 with values.
 * Answers keys, or keys and values in turn. A key whose value is gone, as where the server evicts, leaves the order.
 */
export const RANGE = script(`${COMMON}
while sweep(ARGV[1], KEYS[1], KEYS[2]) do end
local command = ARGV[5] == '1' and 'ZREVRANGEBYLEX' or 'ZRANGEBYLEX'
local all, isWhole
repeat
  local rows = redis.call(command, KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
  if ARGV[6] == '0' then return rows end
  all = {}
  isWhole = true
  for index, key in ipairs(rows) do
    local value = redis.call('GET', ARGV[1] .. key)
    if not value then
      redis.call('ZREM', KEYS[1], key)
      isWhole = false
    end
    all[2 * index - 1] = key
    all[2 * index] = value
  end
until isWhole
return all`)

/** KEYS value; ARGV first and last byte. Answers these bytes of the value, or nothing where it is absent. */
export const PART = script(`
local form = redis.call('GETRANGE', KEYS[1], 0, 0)
if form == '' then return false end
local start = string.byte(form) == 17 and 20 or 14
if tonumber(ARGV[2]) < tonumber(ARGV[1]) then return '' end
return redis.call('GETRANGE', KEYS[1], start + ARGV[1], start + ARGV[2])`)

/** KEYS value. Answers its header and its length. */
export const HEAD = script(`
local header = redis.call('GETRANGE', KEYS[1], 0, 19)
if header == '' then return false end
return { header, redis.call('STRLEN', KEYS[1]) }`)

/**
 * KEYS keys, expiries, and the value of each check and write; ARGV start of names, number of checks of keys, of checks of
 * ranges, of writes; for each check expect and what was seen; for each range its bounds, limit, 1 in reverse, number of keys,
 * the keys; for each write key, expires, value.
 */
export const COMMIT = script(`${COMMON}
local at = 5
for index = 1, tonumber(ARGV[2]) do
  local expect = ARGV[at]
  local refused
  if expect == 'absent' then refused = redis.call('EXISTS', KEYS[index + 2])
  else refused = judge(KEYS[index + 2], expect, ARGV[at + 1], false) end
  if refused ~= 0 then return 0 end
  at = at + 2
end
if tonumber(ARGV[3]) > 0 then
  while sweep(ARGV[1], KEYS[1], KEYS[2]) do end
end
for _ = 1, tonumber(ARGV[3]) do
  local command = ARGV[at + 3] == '1' and 'ZREVRANGEBYLEX' or 'ZRANGEBYLEX'
  local rows = redis.call(command, KEYS[1], ARGV[at], ARGV[at + 1], 'LIMIT', 0, ARGV[at + 2])
  local count = tonumber(ARGV[at + 4])
  if #rows ~= count then return 0 end
  at = at + 5
  for index = 1, count do
    if rows[index] ~= ARGV[at] then return 0 end
    at = at + 1
  end
end
for index = 1, tonumber(ARGV[4]) do
  apply(KEYS[2 + tonumber(ARGV[2]) + index], KEYS[1], KEYS[2], ARGV[at], ARGV[at + 1], ARGV[at + 2])
  at = at + 3
end
return 1`)
