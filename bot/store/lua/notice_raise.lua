-- Keep that something needs the owner. After a quiet time the same kind and account count as new.
-- Running it twice equals running it once, unless another call for the same notice came between: then the
-- count, and nothing else, is one too high.
-- KEYS 1 notices (zset) 2 notice (hash)
-- ARGV 1 id of this call 2 the notice's name, kind:account 3 errcode 4 detail or '' 5 details kept at most
--      6 quiet time in ms 7 life in ms
-- returns 1 when this began a new notice, else 0
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local known = redis.call('HMGET', KEYS[2], 'last', 'call', 'began', 'details')
if known[2] == ARGV[1] then return known[3] == ARGV[1] and 1 or 0 end

local new = not known[1] or now - known[1] > tonumber(ARGV[6])
if new then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'v', 1, 'first', now, 'began', ARGV[1], 'details', '[]')
end
local details = cjson.decode(new and '[]' or known[4])
local fresh = ARGV[4] ~= '' and #details < tonumber(ARGV[5])
for _, detail in ipairs(details) do fresh = fresh and detail ~= ARGV[4] end
if fresh then
  details[#details + 1] = ARGV[4]
  redis.call('HSET', KEYS[2], 'details', cjson.encode(details))
end
redis.call('HSET', KEYS[2], 'call', ARGV[1], 'last', now, 'errcode', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'count', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return new and 1 or 0
