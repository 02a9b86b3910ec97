-- Use a one-time code. The first who knows it becomes an admin, and the code is gone; so it is after five wrong ones.
-- Running it twice with the same try equals running it once.
-- KEYS 1 pairing (hash) 2 admins (set)
-- ARGV 1 sender 2 salted hash of the code 3 name of this try
-- returns 'paired', 'wrong', or 'none' when no code is waiting
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return 'paired' end
local row = redis.call('HMGET', KEYS[1], 'code', 'left', 'try')
if not row[1] then return 'none' end
if row[1] == ARGV[2] then
  redis.call('DEL', KEYS[1])
  redis.call('SADD', KEYS[2], ARGV[1])
  return 'paired'
end
if row[3] == ARGV[3] then return 'wrong' end
redis.call('HSET', KEYS[1], 'try', ARGV[3])
if redis.call('HINCRBY', KEYS[1], 'left', -1) <= 0 then redis.call('DEL', KEYS[1]) end
return 'wrong'
