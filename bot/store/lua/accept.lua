-- Accept one message: drop a repeat, append it, mark its chat ready, set the cut, grant the send allowance.
-- Running it twice with the same attempt id equals running it once. Times are in milliseconds.
-- KEYS 1 seen (string) 2 inbox (list) 3 ready (zset) 4 cut (string) 5 counts (hash) 6 allowance (hash)
--      7 lease (string) 8 nonce (string)
-- ARGV 1 attempt id 2 seen life 3 chat 4 message, JSON that begins with {"v":1, 5 '1' if it cuts 6 cut life
--      7 allowance kind or '' 8 allowance count 9 allowance window 10 body fingerprint or '' 11 nonce life
--      12 sweep delay
-- returns {outcome, inbox number, wake}: outcome 1 accepted, 0 repeat, -1 this nonce bought another body;
--         wake is 1 when nobody holds the chat
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

if ARGV[10] ~= '' then
  if not redis.call('SET', KEYS[8], ARGV[10], 'NX', 'PX', ARGV[11]) then
    if redis.call('GET', KEYS[8]) ~= ARGV[10] then return {-1, 0, 0} end
  end
end

if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  if redis.call('GET', KEYS[1]) == ARGV[1] then return {1, 0, 1} end
  redis.call('HINCRBY', KEYS[5], 'duplicates_dropped', 1)
  return {0, 0, 0}
end

local n = redis.call('HINCRBY', KEYS[5], 'accepted', 1)
redis.call('RPUSH', KEYS[2], '{"n":' .. n .. ',' .. string.sub(ARGV[4], 2))
redis.call('ZADD', KEYS[3], 'NX', now + ARGV[12], ARGV[3])
if ARGV[5] == '1' then redis.call('SET', KEYS[4], n, 'PX', ARGV[6]) end

if ARGV[7] ~= '' and tonumber(ARGV[8]) > 0 then
  redis.call('HSET', KEYS[6], ARGV[7] .. '_left', ARGV[8], ARGV[7] .. '_until', now + ARGV[9])
  local kept = redis.call('PTTL', KEYS[6])
  if kept < tonumber(ARGV[9]) then redis.call('PEXPIRE', KEYS[6], ARGV[9]) end
end
return {1, n, 1 - redis.call('EXISTS', KEYS[7])}
