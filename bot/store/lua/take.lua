-- Take a chat for one process: nobody else may act for it until the lease ends or is given back.
-- The fence is the turn's token: every later write names it, and it changes hands only here. Milliseconds.
-- KEYS 1 lease (string) 2 turn (hash) 3 inbox (list) 4 ready (zset) 5 cut (string) 6 counts (hash)
-- ARGV 1 token 2 lease life 3 chat 4 process
-- returns {} when there is nothing to do or another holds it, else {head, cut, field, value, field, value …}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {} end
local head = redis.call('LINDEX', KEYS[3], 0)
if not head then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[4], ARGV[3])
  return {}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local before = redis.call('HGET', KEYS[2], 'process')
if before and before ~= ARGV[4] then
  redis.call('HINCRBY', KEYS[2], 'deaths', 1)
end
redis.call('HSET', KEYS[2], 'v', 1, 'token', ARGV[1], 'process', ARGV[4])
local out = redis.call('HGETALL', KEYS[2])
table.insert(out, 1, redis.call('GET', KEYS[5]) or '0')
table.insert(out, 1, head)
return out
