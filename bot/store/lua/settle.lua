-- After writes.lua.
-- End the head message of a chat: count it, apply what its turn leaves behind, show the next one.
-- Running it twice equals running it once: the second time the token or the number no longer fits.
-- KEYS 1 lease (string) 2 turn (hash) 3 inbox (list) 4 ready (zset) 5 counts (hash) 6 cut (string)
--      7 dead (list) 8… the keys that are written
-- ARGV 1 token 2 lease life in ms 3 chat 4 inbox number 5 state 6 bucket of the answer time or ''
--      7 answer time in ms 8 dead letter, JSON, or '' 9 inbox numbers, each with a blank behind it, that end
--      along with the head, or '' 10 in what state 11 how many that wait behind the next one are shown
--      12… op, value, life in ms for each written key; what they do stands in writes.lua
-- returns {} when the chat was taken over, {0} when nothing waits, else {1, head, cut, {what waits behind it}}
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then
  redis.call('HDEL', KEYS[2], 'death:' .. ARGV[1])
  return {}
end
local head = redis.call('LINDEX', KEYS[3], 0)
if head and string.match(head, '^{"n":(%d+)') == ARGV[4] then
  -- What a newer program planned is left to it whole: a script that ends in the middle undoes nothing.
  for a = 12, #ARGV, 3 do
    if not apply[ARGV[a]] then return redis.error_reply('unknown op ' .. ARGV[a]) end
  end
  redis.call('LPOP', KEYS[3])
  redis.call('HINCRBY', KEYS[5], 'settled:' .. ARGV[5], 1)
  -- They are found by number: the notice of a flood may have come in between.
  local along, left = {}, 0
  for n in string.gmatch(ARGV[9], '%d+') do along[n], left = true, left + 1 end
  for _, line in ipairs(left > 0 and redis.call('LRANGE', KEYS[3], 0, -1) or {}) do
    if left > 0 and along[string.match(line, '^{"n":(%d+)')] then
      redis.call('LREM', KEYS[3], 1, line)
      redis.call('HINCRBY', KEYS[5], 'settled:' .. ARGV[10], 1)
      left = left - 1
    end
  end
  if ARGV[6] ~= '' then
    redis.call('HINCRBY', KEYS[5], 'answer_s:' .. ARGV[6], 1)
    redis.call('HINCRBY', KEYS[5], 'answer_ms', ARGV[7])
    local recent = tonumber(redis.call('HGET', KEYS[5], 'answer_recent_ms') or ARGV[7])
    redis.call('HSET', KEYS[5], 'answer_recent_ms', math.floor(0.8 * recent + 0.2 * ARGV[7]))
  end
  if ARGV[8] ~= '' then
    redis.call('LPUSH', KEYS[7], ARGV[8])
    redis.call('LTRIM', KEYS[7], 0, 999)
  end
  for k = 8, #KEYS do
    local a = 12 + 3 * (k - 8)
    apply[ARGV[a]](KEYS[k], ARGV[a + 1], tonumber(ARGV[a + 2]))
  end
  local process, version = unpack(redis.call('HMGET', KEYS[2], 'process', 'v'))
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'v', version, 'token', ARGV[1], 'process', process)
  head = redis.call('LINDEX', KEYS[3], 0)
end
if not head then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[4], ARGV[3])
  return {0}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, head, redis.call('GET', KEYS[6]) or '0', redis.call('LRANGE', KEYS[3], 1, tonumber(ARGV[11]))}
