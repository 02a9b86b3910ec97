-- A notice is over: its words go, its figures stay for a while. Running it twice equals running it once.
-- KEYS 1 broadcast (hash) 2 broadcasts (set)
-- ARGV 1 name, or '' where nothing of it is left 2 account 3 life in ms
if (redis.call('HGET', KEYS[1], 'name') or '') ~= ARGV[1] then return 0 end
redis.call('SREM', KEYS[2], ARGV[2])
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'ended', 1)
  redis.call('HDEL', KEYS[1], 'words')
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
