-- Note one more failure in a row; the row ends with a success (DEL) or after a quiet time.
-- KEYS 1 since when (string)
-- ARGV 1 quiet time in ms
-- returns milliseconds since the first failure of the row
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local since = tonumber(redis.call('GET', KEYS[1]) or now)
redis.call('SET', KEYS[1], since, 'PX', ARGV[1])
return now - since
