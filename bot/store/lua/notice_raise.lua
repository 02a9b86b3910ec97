-- Keep that something needs the owner. What is broken counts as new after a quiet time without it. What people bring
-- counts as new once it was told, and is pushed no sooner than after the quiet time.
-- Running it twice equals running it once, unless another call for the same notice came between: then the
-- count, and nothing else, is one too high.
-- KEYS 1 notices (zset) 2 notice (hash) 3 told (string) 4 held (string)
-- ARGV 1 id of this call 2 the notice's name, kind:account 3 errcode 4 detail or '' 5 details kept at most
--      6 quiet time in ms 7 life in ms 8 '1' for what people bring
-- returns 1 when this began a new notice, else 0
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local quiet, brought = tonumber(ARGV[6]), ARGV[8] == '1'
local known = redis.call('HMGET', KEYS[2], 'last', 'call', 'began', 'details', 'first', 'after')
if known[2] == ARGV[1] then return known[3] == ARGV[1] and 1 or 0 end

local details = cjson.decode(known[4] or '[]')
local fresh = ARGV[4] ~= ''
for _, detail in ipairs(details) do fresh = fresh and detail ~= ARGV[4] end
local first, after = now, 0
local new = not known[1] or (not brought and now - known[1] > quiet)
if known[1] and brought then
  first = math.max(now, known[5] + 1)
  if redis.call('GET', KEYS[3]) == known[5] then
    after = math.max(known[5], tonumber(known[6] or '0')) + quiet
    new = true
  elseif fresh and redis.call('EXISTS', KEYS[4]) == 1 then
    -- Somebody is telling it without this detail: then it is told once more.
    redis.call('HSET', KEYS[2], 'first', first)
  end
end
if new then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'v', 1, 'first', first, 'began', ARGV[1], 'details', '[]')
  if after > now then redis.call('HSET', KEYS[2], 'after', after) end
  details = {}
end
if fresh and #details < tonumber(ARGV[5]) or new and ARGV[4] ~= '' then
  details[#details + 1] = ARGV[4]
  redis.call('HSET', KEYS[2], 'details', cjson.encode(details))
end
redis.call('HSET', KEYS[2], 'call', ARGV[1], 'last', now, 'errcode', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'count', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return new and 1 or 0
