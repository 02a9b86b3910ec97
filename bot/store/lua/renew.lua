-- Say that a worker process lives and renew all its leases at once; tell for each whether it was cut or lost.
-- A lease that ended while the store was away is taken up again unless another process took the chat.
-- The beat tells take.lua since when workers have been renewing without a gap.
-- KEYS 1 the worker's key (string) 2 workers (zset) 3 beat (string), then lease, turn, cut of each chat
-- ARGV 1 process 2 the worker's life in ms 3 lease life in ms 4 longest gap of the beat 5… the token of each chat
-- returns for each chat its cut (0 without), or -1 when it was taken over
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('SET', KEYS[1], (#ARGV - 4) .. ' ' .. string.format('%.0f', now), 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local since, last = string.match(redis.call('GET', KEYS[3]) or '', '^(%d+) (%d+)$')
if not since or now - last > tonumber(ARGV[4]) then since = string.format('%.0f', now) end
redis.call('SET', KEYS[3], since .. ' ' .. string.format('%.0f', now), 'PX', ARGV[2])
local out = {}
for i = 5, #ARGV do
  local k = 4 + (i - 5) * 3
  if redis.call('HGET', KEYS[k + 1], 'token') == ARGV[i] then
    redis.call('SET', KEYS[k], ARGV[i], 'PX', ARGV[3])
    out[#out + 1] = tonumber(redis.call('GET', KEYS[k + 2]) or '0')
  else
    redis.call('HDEL', KEYS[k + 1], 'death:' .. ARGV[i])
    out[#out + 1] = -1
  end
end
return out
