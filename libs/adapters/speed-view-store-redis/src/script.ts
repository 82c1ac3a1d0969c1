import { createHash } from 'node:crypto';

/** A Lua script with its digest: one atomic step on the record named by KEYS[1]. */
export type Script = { readonly text: string; readonly sha1: string };

export const script = (text: string): Script => ({ text, sha1: createHash('sha1').update(text).digest('hex') });

/**
 * How every script on a record begins. The record is a hash: applied, appliedAtMs ('' for none), epochs:
 * "start,end,aside,id;…", the end of the open one empty. An epoch's rows stand under its id, which is never used
 * twice: `<record>:<id>:<group>` is a hash of window → parts, `<record>:<id>` the sorted set of its groups, and
 * `<record>:garbage` the set of ids whose rows nobody sees any more.
 * Offsets stay text: Lua's numbers are only compared, never written.
 */
export const RECORD = `
local key = KEYS[1]
local function epochs_of(text)
  local epochs = {}
  for s, e, a, i in string.gmatch(text, '([^,;]*),([^,;]*),([^,;]*),([^,;]*)') do
    epochs[#epochs + 1] = { start = s, stop = e, aside = a, id = i }
  end
  return epochs
end
local function text_of(epochs)
  local texts = {}
  for n, e in ipairs(epochs) do texts[n] = e.start .. ',' .. e.stop .. ',' .. e.aside .. ',' .. e.id end
  return table.concat(texts, ';')
end
local record = redis.call('HMGET', key, 'applied', 'appliedAtMs', 'epochs')
local applied, applied_at = record[1], record[2]
local epochs = applied and epochs_of(record[3]) or {}
local open = epochs[#epochs]
local function stands_at(expected_applied, expected_start)
  return applied and applied == expected_applied and open.start == expected_start
end
`;
