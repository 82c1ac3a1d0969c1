import { RECORD, script } from './script.js';

/** unpack puts its values on Lua's stack, which holds some 8,000. Even, so that a window and its parts stay together. */
const CHUNK = 4_000;

/**
 * ARGV: applied, open start; new applied, its append time, what is set aside; then per group: its name, count of values,
 * window, parts, … A group that gets no new window is in the index already.
 */
export const COMMIT = script(`${RECORD}
if not stands_at(ARGV[1], ARGV[2]) then return 0 end
local index = key .. ':' .. open.id
local n = 6
while n <= #ARGV do
  local group = ARGV[n]
  local last = n + 1 + tonumber(ARGV[n + 1])
  local new_windows = 0
  for from = n + 2, last, ${CHUNK} do
    local chunk_end = math.min(from + ${CHUNK} - 1, last)
    new_windows = new_windows + redis.call('HSET', index .. ':' .. group, unpack(ARGV, from, chunk_end))
  end
  if new_windows > 0 then redis.call('ZADD', index, 0, group) end
  n = last + 1
end
open.aside = ARGV[5]
redis.call('HSET', key, 'applied', ARGV[3], 'appliedAtMs', ARGV[4], 'epochs', text_of(epochs))
return 1`);

/** ARGV: applied, open start; id of the new epoch. */
export const SEAL = script(`${RECORD}
if not stands_at(ARGV[1], ARGV[2]) then return 0 end
open.stop = applied
epochs[#epochs + 1] = { start = applied, stop = '', aside = '0/0', id = ARGV[3] }
redis.call('HSET', key, 'epochs', text_of(epochs))
return 1`);

/** ARGV: applied and open start ('' where no record is expected); cut, id of the new epoch. */
export const RESET = script(`${RECORD}
if ARGV[1] == '' then
  if applied then return 0 end
elseif not stands_at(ARGV[1], ARGV[2]) then return 0 end
for _, e in ipairs(epochs) do redis.call('SADD', key .. ':garbage', e.id) end
local fresh = { { start = ARGV[3], stop = '', aside = '0/0', id = ARGV[4] } }
redis.call('HSET', key, 'applied', ARGV[3], 'appliedAtMs', '', 'epochs', text_of(fresh))
return 1`);

/** ARGV: cut. */
export const DROP_SEALED = script(`${RECORD}
local kept, dropped = {}, 0
for _, e in ipairs(epochs) do
  if e.stop ~= '' and tonumber(e.stop) <= tonumber(ARGV[1]) then
    redis.call('SADD', key .. ':garbage', e.id)
    dropped = dropped + 1
  else
    kept[#kept + 1] = e
  end
end
if dropped > 0 then redis.call('HSET', key, 'epochs', text_of(kept)) end
return dropped`);

/** Takes the record away. */
export const REMOVE = script(`${RECORD}
for _, e in ipairs(epochs) do redis.call('SADD', key .. ':garbage', e.id) end
return redis.call('DEL', key)`);

/** Frees up to ARGV[1] groups of one discarded epoch; 1 while there may be more. */
export const SWEEP = script(`
local key = KEYS[1]
local id = redis.call('SRANDMEMBER', key .. ':garbage')
if not id then return 0 end
local index = key .. ':' .. id
local groups = redis.call('ZRANGE', index, 0, tonumber(ARGV[1]) - 1)
for _, group in ipairs(groups) do redis.call('UNLINK', index .. ':' .. group) end
if #groups > 0 then redis.call('ZREM', index, unpack(groups)) else redis.call('SREM', key .. ':garbage', id) end
return 1`);
