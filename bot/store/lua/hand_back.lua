-- Give a chat back unfinished, to be taken up again after a delay in milliseconds; its steps stay.
-- KEYS 1 lease (string) 2 turn (hash) 3 ready (zset)
-- ARGV 1 token 2 chat 3 delay 4 field to add one to, or '' (tries, deaths)
-- returns 1, or 0 when the chat was taken over
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then
  redis.call('HDEL', KEYS[2], 'death:' .. ARGV[1])
  return 0
end
local clock = redis.call('TIME')
local again = clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[3]
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[2], 'process', 'token')
if ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[2], ARGV[4], 1) end
redis.call('HSET', KEYS[2], 'again', again)
redis.call('ZADD', KEYS[3], again, ARGV[2])
return 1
