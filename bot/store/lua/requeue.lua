-- Put one dead letter back at the end of its chat's inbox, as a message with a new number.
-- Running it twice equals running it once: the letter is gone then, which the second answer says.
-- KEYS 1 dead (list) 2 inbox (list) 3 ready (zset) 4 counts (hash)
-- ARGV 1 the letter, as it is kept 2 message, JSON that begins with {"v":1, 3 chat 4 how many may wait
-- returns the new inbox number, 0 when the letter is not there (any more), -1 when the inbox is full
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[4]) then return -1 end
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
local n = redis.call('HINCRBY', KEYS[4], 'accepted', 1)
redis.call('HINCRBY', KEYS[4], 'requeued', 1)
redis.call('RPUSH', KEYS[2], '{"n":' .. n .. ',' .. string.sub(ARGV[2], 2))
local clock = redis.call('TIME')
redis.call('ZADD', KEYS[3], 'NX', clock[1] * 1000 + math.floor(clock[2] / 1000), ARGV[3])
return n
