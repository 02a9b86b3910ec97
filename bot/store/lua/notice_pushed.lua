-- End a push: the notice was told, or is pushed again after a delay; the next push waits for the pace.
-- Running it twice equals running it once: the second time the notice is no longer held.
-- KEYS 1 pace of the pushes (string) 2 notice (hash) 3 told (string) 4 held (string)
-- ARGV 1 holder 2 pace in ms 3 when the notice began 4 life of told in ms
--      5 ms until it is pushed again, or '' when it was told
-- returns 1, or 0 when another holds it by now
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[4])
if ARGV[5] == '' then
  redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
elseif redis.call('HGET', KEYS[2], 'first') == ARGV[3] then
  local clock = redis.call('TIME')
  redis.call('HSET', KEYS[2], 'after', clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[5])
  redis.call('HINCRBY', KEYS[2], 'tries', 1)
end
return 1
