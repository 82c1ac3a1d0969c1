import { createHash } from 'node:crypto';

/** A Lua script with its digest: one atomic step on the record named by KEYS[1]. */
export type Script = { readonly text: string; readonly sha1: string };

const script = (text: string): Script => ({ text, sha1: createHash('sha1').update(text).digest('hex') });

/**
 * The record is a hash: applied, appliedAtMs ('' for none), epochs: "start,end,deadLetters,id;…", the end of the open one
 * empty. An epoch's rows stand under its id, which is never used twice: `<record>:<id>:<group>` is a hash of window → parts,
 * `<record>:<id>` the sorted set of its groups. Offsets stay text: Lua's numbers are only compared, never written.
 */
const RECORD = `
local key = KEYS[1]
local function epochs_of(text)
  local epochs = {}
  for s, e, d, i in string.gmatch(text, '([^,;]*),([^,;]*),([^,;]*),([^,;]*)') do
    epochs[#epochs + 1] = { start = s, stop = e, dead = d, id = i }
  end
  return epochs
end
local function text_of(epochs)
  local texts = {}
  for n, e in ipairs(epochs) do texts[n] = e.start .. ',' .. e.stop .. ',' .. e.dead .. ',' .. e.id end
  return table.concat(texts, ';')
end
local record = redis.call('HMGET', key, 'applied', 'epochs')
local applied = record[1]
local epochs = applied and epochs_of(record[2]) or {}
local open = epochs[#epochs]
local function stands_at(expected_applied, expected_start)
  return applied and applied == expected_applied and open.start == expected_start
end
`;

/** unpack puts its values on Lua's stack, which holds some 8,000. */
const CHUNK = 4_000;

/** ARGV: applied, open start; new applied, its append time, dead letters; then per group: its name, count of values, window, parts, … */
export const COMMIT = script(`${RECORD}
if not stands_at(ARGV[1], ARGV[2]) then return 0 end
local index = key .. ':' .. open.id
local n = 6
while n <= #ARGV do
  local group = ARGV[n]
  local last = n + 1 + tonumber(ARGV[n + 1])
  for from = n + 2, last, ${CHUNK} do
    redis.call('HSET', index .. ':' .. group, unpack(ARGV, from, math.min(from + ${CHUNK} - 1, last)))
  end
  redis.call('ZADD', index, 0, group)
  n = last + 1
end
open.dead = ARGV[5]
redis.call('HSET', key, 'applied', ARGV[3], 'appliedAtMs', ARGV[4], 'epochs', text_of(epochs))
return 1`);

/** ARGV: applied, open start; id of the new epoch. */
export const SEAL = script(`${RECORD}
if not stands_at(ARGV[1], ARGV[2]) then return 0 end
open.stop = applied
epochs[#epochs + 1] = { start = applied, stop = '', dead = '0', id = ARGV[3] }
redis.call('HSET', key, 'epochs', text_of(epochs))
return 1`);

/** ARGV: applied and open start ('' where no record is expected); cut, id of the new epoch. */
export const RESET = script(`${RECORD}
if ARGV[1] == '' then
  if applied then return 0 end
elseif not stands_at(ARGV[1], ARGV[2]) then return 0 end
for _, e in ipairs(epochs) do redis.call('SADD', key .. ':garbage', e.id) end
local fresh = { { start = ARGV[3], stop = '', dead = '0', id = ARGV[4] } }
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

/**
 * The record and the selected rows at one moment. ARGV: least start of an epoch; first window, end of windows ('' for none);
 * greatest number of rows; range of groups (ZRANGEBYLEX); number of dimensions; per dimension: count of wanted values (−1: any),
 * the values as they stand in group names. Replies false, 'too many', or applied, appliedAtMs, epochs, then per group: name, {window, parts, …}.
 */
export const READ = script(`${RECORD}
if not applied then return false end
local first, stop, room = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local wanted, n = {}, 8
for d = 1, tonumber(ARGV[7]) do
  local many = tonumber(ARGV[n])
  if many >= 0 then
    wanted[d] = {}
    for v = n + 1, n + many do wanted[d][ARGV[v]] = true end
  end
  n = n + 1 + math.max(many, 0)
end
local function is_wanted(group)
  if next(wanted) == nil then return true end
  local d = 0
  for value in string.gmatch(group, '[^\\31]+') do
    d = d + 1
    if wanted[d] and not wanted[d][value] then return false end
  end
  return true
end
local few = first and stop and stop - first <= 64
local windows = {}
if few then for w = first, stop - 1 do windows[#windows + 1] = string.format('%d', w) end end
local function cells_of(hash)
  local cells = {}
  if few then
    if #windows == 0 then return cells end
    local values = redis.call('HMGET', hash, unpack(windows))
    for w, value in ipairs(values) do
      if value then cells[#cells + 1] = windows[w]; cells[#cells + 1] = value end
    end
    return cells
  end
  local all = redis.call('HGETALL', hash)
  if not first and not stop then return all end
  for c = 1, #all, 2 do
    local w = tonumber(all[c])
    if (not first or w >= first) and (not stop or w < stop) then cells[#cells + 1] = all[c]; cells[#cells + 1] = all[c + 1] end
  end
  return cells
end
local reply = { applied, redis.call('HGET', key, 'appliedAtMs'), record[2] }
for _, e in ipairs(epochs) do
  if tonumber(e.start) >= tonumber(ARGV[1]) then
    local index = key .. ':' .. e.id
    for _, group in ipairs(redis.call('ZRANGEBYLEX', index, ARGV[5], ARGV[6])) do
      if is_wanted(group) then
        local cells = cells_of(index .. ':' .. group)
        room = room - #cells / 2
        if room < 0 then return 'too many' end
        if #cells > 0 then reply[#reply + 1] = group; reply[#reply + 1] = cells end
      end
    end
  end
end
return reply`);
