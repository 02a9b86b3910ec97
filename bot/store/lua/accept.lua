-- Accept one message: drop a repeat, append it, mark its chat ready, set the cut, grant the send allowance.
-- A full inbox, in which words of ours do not count for what somebody says, takes no more: the message is settled as
-- refused here, or waits behind the head as a notice.
-- Running it twice with the same attempt id equals running it once. Times are in milliseconds.
-- KEYS 1 seen (string) 2 inbox (list) 3 ready (zset) 4 cut (string) 5 counts (hash) 6 allowance (hash)
--      7 lease (string) 8 nonce (string) 9 flood (string) 10 attempts (set) 11 answers (hash)
--      12 what admins changed (hash)
-- ARGV 1 attempt id 2 seen life 3 chat 4 message, JSON that begins with {"v":1, 5 '1' if it cuts 6 cut life
--      7 allowance kind or '' 8 allowance count 9 allowance window 10 body fingerprint or '' 11 nonce life
--      12 sweep delay 13 how many may wait, twice that for what cuts 14 flood life 15 notice, like 4
--      16 life of the attempts, or 0 where they are not counted 17 how long this request waits to be offered the answer,
--      or 0 18 life of the answers
-- returns {outcome, inbox number, wake, attempts, faq}: outcome 1 accepted, 0 repeat, -1 this nonce bought another body,
--         2 full, a notice waits, 3 full and settled; wake is 1 when nobody holds the chat; attempts to deliver so far;
--         faq is the version of the owner's questions, '' where there is none
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

if ARGV[10] ~= '' then
  if not redis.call('SET', KEYS[8], ARGV[10], 'NX', 'PX', ARGV[11]) then
    if redis.call('GET', KEYS[8]) ~= ARGV[10] then return {-1, 0, 0, 0, ''} end
  end
end

local attempts = 0
local faq = redis.call('HGET', KEYS[12], 'faq') or ''
if tonumber(ARGV[16]) > 0 then
  redis.call('SADD', KEYS[10], ARGV[1])
  redis.call('PEXPIRE', KEYS[10], ARGV[16])
  attempts = redis.call('SCARD', KEYS[10])
end
local seen = redis.call('GET', KEYS[1])
if seen then
  -- An older version kept the attempt alone.
  local before, attempt = string.match(seen, '^(%d+) (.*)$')
  if (attempt or seen) == ARGV[1] then return {1, tonumber(before or '0'), 1, attempts, faq} end
  redis.call('HINCRBY', KEYS[5], 'duplicates_dropped', 1)
  return {0, tonumber(before or '0'), 0, attempts, faq}
end

local n = redis.call('HINCRBY', KEYS[5], 'accepted', 1)
redis.call('SET', KEYS[1], n .. ' ' .. ARGV[1], 'PX', ARGV[2])
if ARGV[5] == '1' then redis.call('SET', KEYS[4], n, 'PX', ARGV[6]) end
if ARGV[7] ~= '' and tonumber(ARGV[8]) > 0 then
  redis.call('HSET', KEYS[6], ARGV[7] .. '_left', ARGV[8], ARGV[7] .. '_until', now + ARGV[9])
  local kept = redis.call('PTTL', KEYS[6])
  if kept < tonumber(ARGV[9]) then redis.call('PEXPIRE', KEYS[6], ARGV[9]) end
end

local waiting, most = redis.call('LLEN', KEYS[2]), tonumber(ARGV[13])
-- Words of ours, which others wait to be read, are nothing that this person has waiting.
local function ours(message)
  local kind = string.match(message, '"kind":"(%w+)"')
  return kind == 'human' or kind == 'relay' or kind == 'handback' or kind == 'broadcast' or kind == 'report'
end
for _, line in ipairs(waiting >= most and not ours(ARGV[4]) and redis.call('LRANGE', KEYS[2], 0, -1) or {}) do
  if ours(line) then waiting = waiting - 1 end
end
local outcome = 1
if waiting < most or (ARGV[5] == '1' and waiting < 2 * most) then
  redis.call('RPUSH', KEYS[2], '{"n":' .. n .. ',' .. string.sub(ARGV[4], 2))
else
  outcome = 2
  if waiting >= 2 * most or not redis.call('SET', KEYS[9], n, 'NX', 'PX', ARGV[14]) then
    redis.call('HINCRBY', KEYS[5], 'settled:refused', 1)
    return {3, n, 0, attempts, faq}
  end
  local notice = '{"n":' .. n .. ',' .. string.sub(ARGV[15], 2)
  redis.call('LINSERT', KEYS[2], 'AFTER', redis.call('LINDEX', KEYS[2], 0), notice)
end
if tonumber(ARGV[17]) > 0 then
  if redis.call('HLEN', KEYS[11]) > 200 then  -- requests that nothing was ever offered to
    for _, field in ipairs(redis.call('HKEYS', KEYS[11])) do
      if string.match(field, '^parked:') and tonumber(redis.call('HGET', KEYS[11], field)) < now then
        redis.call('HDEL', KEYS[11], field)
      end
    end
  end
  redis.call('HSET', KEYS[11], 'parked:' .. n, string.format('%.0f', now + ARGV[17]))
  redis.call('PEXPIRE', KEYS[11], ARGV[18])
end
redis.call('ZADD', KEYS[3], 'NX', now + ARGV[12], ARGV[3])
return {outcome, n, 1 - redis.call('EXISTS', KEYS[7]), attempts, faq}
