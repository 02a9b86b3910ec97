-- A slice of a notice is handed out. Running it twice equals running it once: the cursor has moved then.
-- KEYS 1 broadcast (hash)
-- ARGV 1 name 2 cursor before 3 cursor after 4 queued 5 skipped 6 unreachable 7 life in ms
-- returns 1, or 0 when it was counted before
local row = redis.call('HMGET', KEYS[1], 'name', 'cursor')
if row[1] ~= ARGV[1] or row[2] ~= ARGV[2] then return 0 end
local clock = redis.call('TIME')
redis.call('HSET', KEYS[1], 'cursor', ARGV[3],
  'moved', string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000)))
for i, field in ipairs({'queued', 'skipped', 'unreachable'}) do
  redis.call('HINCRBY', KEYS[1], field, ARGV[3 + i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return 1
