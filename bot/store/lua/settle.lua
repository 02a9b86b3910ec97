-- End the head message of a chat: count it, apply what its turn leaves behind, show the next one.
-- Running it twice equals running it once: the second time the token or the number no longer fits.
-- KEYS 1 lease (string) 2 turn (hash) 3 inbox (list) 4 ready (zset) 5 counts (hash) 6 cut (string)
--      7 dead (list) 8… the keys that are written
-- ARGV 1 token 2 lease life in ms 3 chat 4 inbox number 5 state 6 bucket of the answer time or ''
--      7 answer time in ms 8 dead letter, JSON, or '' 9… op, value, life in ms for each written key;
--      op is set, del, expire, or of the chat's answers (hash): answer adds this message's, '' for none, and tells
--      whoever waits for it; taken drops the one whose inbox number is the value
-- returns {} when the chat was taken over, {0} when nothing waits, else {1, head, cut}
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then
  redis.call('HDEL', KEYS[2], 'death:' .. ARGV[1])
  return {}
end
local head = redis.call('LINDEX', KEYS[3], 0)
if head and string.match(head, '^{"n":(%d+)') == ARGV[4] then
  redis.call('LPOP', KEYS[3])
  redis.call('HINCRBY', KEYS[5], 'settled:' .. ARGV[5], 1)
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
  local a = 9
  for k = 8, #KEYS do
    if ARGV[a] == 'set' then redis.call('SET', KEYS[k], ARGV[a + 1], 'PX', ARGV[a + 2])
    elseif ARGV[a] == 'del' then redis.call('DEL', KEYS[k])
    elseif ARGV[a] == 'taken' then
      local done = ARGV[a + 1] .. ' ' .. (redis.call('HGET', KEYS[k], 'done') or '')
      redis.call('HSET', KEYS[k], 'done', string.sub(done, 1, 100))
      redis.call('HDEL', KEYS[k], 'answer:' .. ARGV[a + 1], 'number:' .. ARGV[a + 1], 'claim:' .. ARGV[a + 1])
    elseif ARGV[a] == 'answer' then
      if ARGV[a + 1] ~= '' then
        redis.call('HSET', KEYS[k], 'answer:' .. ARGV[4], ARGV[a + 1])
      else
        local done = ARGV[4] .. ' ' .. (redis.call('HGET', KEYS[k], 'done') or '')
        redis.call('HSET', KEYS[k], 'done', string.sub(done, 1, 100))
        redis.call('HDEL', KEYS[k], 'number:' .. ARGV[4])
      end
      redis.call('PEXPIRE', KEYS[k], ARGV[a + 2])
      redis.call('PUBLISH', KEYS[k], ARGV[4])
    else redis.call('PEXPIRE', KEYS[k], ARGV[a + 2]) end
    a = a + 3
  end
  local process = redis.call('HGET', KEYS[2], 'process')
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'v', 1, 'token', ARGV[1], 'process', process)
  head = redis.call('LINDEX', KEYS[3], 0)
end
if not head then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[4], ARGV[3])
  return {0}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, head, redis.call('GET', KEYS[6]) or '0'}
