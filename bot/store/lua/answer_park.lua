-- The request of a message that was accepted waits to be offered its answer. Milliseconds.
-- Running it twice equals running it once.
-- KEYS 1 answers (hash)
-- ARGV 1 inbox number 2 how long the request waits 3 life of the answers
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], 'parked:' .. ARGV[1], string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
