-- Use a one-time code: what it is worth is the person's at once, and the code is gone. After too many wrong tries none
-- is looked at for a while. Running it twice with the same try equals running it once.
-- KEYS 1 codes (hash) 2 used (string): which try used this code, and what it was worth 3 person (hash) 4 tries (hash)
-- ARGV 1 salted hash of the code 2 name of this try 3 life of the used code in ms 4 most wrong tries
--      5 life of the tries in ms, from the last wrong one
-- returns {outcome, what}: 'redeemed' and what the code was worth, JSON; 'wrong' and ''; 'pause' and the ms until
--         tries are taken again
local try, worth = string.match(redis.call('GET', KEYS[2]) or '', '^(%S+) (.*)$')
if try == ARGV[2] then return {'redeemed', worth} end
local row = redis.call('HMGET', KEYS[4], 'wrong', 'try')
local wrong = tonumber(row[1] or '0')
if row[2] == ARGV[2] then return {'wrong', ''} end
if wrong >= tonumber(ARGV[4]) then return {'pause', tostring(redis.call('PTTL', KEYS[4]))} end
worth = redis.call('HGET', KEYS[1], ARGV[1])
if not worth or redis.call('HEXISTS', KEYS[3], 'number') == 0 then
  redis.call('HSET', KEYS[4], 'v', 1, 'wrong', wrong + 1, 'try', ARGV[2])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
  return {'wrong', ''}
end
local found = cjson.decode(worth)
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. worth, 'PX', ARGV[3])
redis.call('HINCRBY', KEYS[3], 'granted_' .. found.unit, string.format('%.0f', found.amount))
return {'redeemed', worth}
