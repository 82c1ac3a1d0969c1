import { RECORD, script } from './script.js';

/** Groups listed at once: an index of a million is never listed whole when a limit ends the reading early. */
const PAGE = 1_000;

/** Calls visit(group) for the groups of an index within a range (ZRANGEBYLEX), until it returns false. */
const EACH_GROUP = `
local function each_group(index, least, greatest, visit)
  local groups
  repeat
    groups = redis.call('ZRANGEBYLEX', index, least, greatest, 'LIMIT', 0, ${PAGE})
    for _, group in ipairs(groups) do
      if visit(group) == false then return end
    end
    least = '(' .. (groups[#groups] or '')
  until #groups < ${PAGE}
end
`;

/**
 * One step of loading the open epoch. ARGV: applied and id of the epoch at the first step ('' in the first); where to go
 * on in the index ('-' in the first); rows of a step, which ends at the next whole group.
 * Replies false; 'moved' where the record is no longer as in the first step; or applied, appliedAtMs, epochs, the id of
 * the open epoch, where to go on ('' after the last), then per group: name, {window, parts, …}.
 */
export const LOAD = script(`${RECORD}${EACH_GROUP}
if ARGV[1] == '' then
  if not applied then return false end
elseif not (applied == ARGV[1] and open.id == ARGV[2]) then
  return 'moved'
end
local index = key .. ':' .. open.id
local room = tonumber(ARGV[4])
local reply = { applied, applied_at, record[3], open.id, '' }
each_group(index, ARGV[3], '+', function(group)
  local cells = redis.call('HGETALL', index .. ':' .. group)
  reply[#reply + 1] = group
  reply[#reply + 1] = cells
  room = room - #cells / 2
  if room <= 0 then
    reply[5] = '(' .. group
    return false
  end
end)
return reply`);

/**
 * The record and the selected rows at one moment. ARGV: least start of an epoch; first window, end of windows ('' for none);
 * greatest number of rows; range of groups (ZRANGEBYLEX); number of dimensions; per dimension: count of wanted values (−1: any),
 * the values as they stand in group names; count of windows that the range has (−1: many), these windows, to be asked for one
 * by one. Replies false, 'too many', or applied, appliedAtMs, epochs, then per group as LOAD.
 */
export const READ = script(`${RECORD}${EACH_GROUP}
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
local few = tonumber(ARGV[n]) >= 0
local windows = {}
for w = n + 1, #ARGV do windows[#windows + 1] = ARGV[w] end
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
local reply = { applied, applied_at, record[3] }
for _, e in ipairs(epochs) do
  if tonumber(e.start) >= tonumber(ARGV[1]) then
    local index = key .. ':' .. e.id
    each_group(index, ARGV[5], ARGV[6], function(group)
      if not is_wanted(group) then return end
      local cells = cells_of(index .. ':' .. group)
      if #cells == 0 then return end
      room = room - #cells / 2
      reply[#reply + 1] = group
      reply[#reply + 1] = cells
      return room >= 0
    end)
    if room < 0 then return 'too many' end
  end
end
return reply`);

/**
 * Rows of sealed epochs by their keys. ARGV: least start and greatest end of an epoch; then per key: name of its group, window.
 * Replies false; or applied, appliedAtMs, epochs, then per row: name of the group, {window, parts}.
 */
export const READ_SEALED_KEYS = script(`${RECORD}
if not applied then return false end
local reply = { applied, applied_at, record[3] }
for _, e in ipairs(epochs) do
  if e.stop ~= '' and tonumber(e.start) >= tonumber(ARGV[1]) and tonumber(e.stop) <= tonumber(ARGV[2]) then
    for n = 3, #ARGV, 2 do
      local parts = redis.call('HGET', key .. ':' .. e.id .. ':' .. ARGV[n], ARGV[n + 1])
      if parts then
        reply[#reply + 1] = ARGV[n]
        reply[#reply + 1] = { ARGV[n + 1], parts }
      end
    end
  end
end
return reply`);

/**
 * One step through sealed epochs. ARGV: least start and greatest end of an epoch; the epoch that the step before ended in
 * ('' in the first), where to go on in it ('-' in the first); rows of a step, which ends at the next whole group.
 * Replies false, also where that epoch is gone; or applied, appliedAtMs, epochs, the epoch that this step ended in ('' at
 * the end of all), the last group of it, then per group as LOAD.
 */
export const READ_SEALED = script(`${RECORD}${EACH_GROUP}
if not applied then return false end
local sought, least, room = ARGV[3], ARGV[4], tonumber(ARGV[5])
local reply = { applied, applied_at, record[3], '', '' }
for _, e in ipairs(epochs) do
  if e.id == sought then sought = '' end
  local is_within = e.stop ~= '' and tonumber(e.start) >= tonumber(ARGV[1]) and tonumber(e.stop) <= tonumber(ARGV[2])
  if sought == '' and is_within and room > 0 then
    local index = key .. ':' .. e.id
    each_group(index, least, '+', function(group)
      local cells = redis.call('HGETALL', index .. ':' .. group)
      reply[#reply + 1] = group
      reply[#reply + 1] = cells
      room = room - #cells / 2
      reply[4], reply[5] = e.id, group
      return room > 0
    end)
    least = '-'
  end
end
if sought ~= '' then return false end
if room > 0 then reply[4] = '' end
return reply`);
