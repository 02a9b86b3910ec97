-- One try at a code: wrong ones count, and after too many no try is looked at for a while.
-- Running it twice with the same try equals running it once.
-- KEYS 1 tries (hash)
-- ARGV 1 name of this try 2 '1' if it is right 3 most wrong tries 4 life of the tries in ms, from the last wrong one
-- returns {outcome, ms until tries are taken again}: outcome is 'right', 'wrong' or 'pause'
local row = redis.call('HMGET', KEYS[1], 'wrong', 'try')
local wrong = tonumber(row[1] or '0')
if row[2] == ARGV[1] then return {'wrong', 0} end
if wrong >= tonumber(ARGV[3]) then return {'pause', redis.call('PTTL', KEYS[1])} end
if ARGV[2] == '1' then return {'right', 0} end
redis.call('HSET', KEYS[1], 'v', 1, 'wrong', wrong + 1, 'try', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'wrong', 0}
