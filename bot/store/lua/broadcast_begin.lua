-- Begin to hand a notice out to everybody of an account who is known by now. Running it twice equals running it once.
-- KEYS 1 broadcast (hash) 2 broadcasts (set) 3 people (hash)
-- ARGV 1 name 2 words 3 short number of the admin 4 account 5 life in ms
-- returns 1, or 0 while another one is handed out
local row = redis.call('HMGET', KEYS[1], 'name', 'ended')
if row[1] == ARGV[1] then return 1 end
if row[1] and not row[2] then return 0 end
local clock = redis.call('TIME')
local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'v', 1, 'name', ARGV[1], 'words', ARGV[2], 'by', ARGV[3], 'cursor', 0, 'queued', 0,
  'skipped', 0, 'unreachable', 0, 'moved', now, 'last', redis.call('HGET', KEYS[3], 'last') or 0)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('SADD', KEYS[2], ARGV[4])
return 1
