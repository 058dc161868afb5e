import { script } from './server.ts'

/** KEYS name. Answers nothing where there is none; else its state, of whatever type, and its time to live. */
export const OWN_COPY = script(`
local state = redis.call('DUMP', KEYS[1])
if not state then return false end
return { state, redis.call('PTTL', KEYS[1]) }`)

/** KEYS name; ARGV SHA-1 of the state that was copied. Answers 1 where it was still that, and is removed. */
export const REMOVE_COPIED = script(`
local state = redis.call('DUMP', KEYS[1])
if not state or redis.sha1hex(state) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)
