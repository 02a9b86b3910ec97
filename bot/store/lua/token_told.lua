-- Learn what the platform said to an access_token. Times are in milliseconds.
-- Running it twice equals running it once: a task ends once, and what was replaced is not judged any more.
-- KEYS 1 access_token (hash) 2 counts (hash)
-- ARGV 1 caller, if the token was on trial, or '' 2 token 3 'taken', 'refused', or 'unsure' (no answer came)
--      4 rest of the account or 0 5 refusal, JSON, while it rests 6 pause between fetches while tokens are
--      refused 7 the same within a minute of a forced refresh 8 the shortest rest 9 life of the key
-- returns the rest in ms
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'value', 'state', 'holder', 'fetched', 'forced')
local known = row[1] == ARGV[2]
local tried = known and ARGV[1] ~= '' and row[3] == ARGV[1]
local wait = tonumber(ARGV[4])

if tried then redis.call('HDEL', KEYS[1], 'holder', 'hold_until') end
if ARGV[3] == 'taken' and tried then
  redis.call('HSET', KEYS[1], 'state', 'good')
  redis.call('HDEL', KEYS[1], 'refused', 'strikes', 'rest', 'rest_until')
elseif ARGV[3] == 'refused' then
  wait = tried and wait or 0
  if tried then
    redis.call('HINCRBY', KEYS[1], 'strikes', 1)
    local pause = now - tonumber(row[5] or '0') < 60000 and ARGV[7] or ARGV[6]
    local fetch_in = tonumber(row[4] or '0') + tonumber(pause) - now
    if fetch_in > 0 then wait = math.max(tonumber(ARGV[8]), math.min(wait, fetch_in)) end
  end
  if tried or (known and row[2] == 'good') then
    redis.call('HSET', KEYS[1], 'state', 'refused', 'refused', ARGV[2])
    redis.call('HINCRBY', KEYS[2], 'token_refusals', 1)
  end
end
if wait > 0 and now + wait > tonumber(redis.call('HGET', KEYS[1], 'rest_until') or '0') then
  redis.call('HSET', KEYS[1], 'v', 1, 'rest', ARGV[5], 'rest_until', now + wait)
  redis.call('PEXPIRE', KEYS[1], ARGV[9])
end
return wait
