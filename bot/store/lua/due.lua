-- The chats that wait and that nobody holds; each is not looked at again for a while, one that is held not
-- before its lease would end.
-- KEYS 1 ready (zset)
-- ARGV 1 prefix of the lease keys 2 delay until the next look, ms 3 how many at most
-- returns chats
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local out = {}
for _, chat in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local left = redis.call('PTTL', ARGV[1] .. chat)
  if left < 0 then out[#out + 1] = chat end
  redis.call('ZADD', KEYS[1], 'XX', now + (left < 0 and ARGV[2] or left), chat)
end
return out
