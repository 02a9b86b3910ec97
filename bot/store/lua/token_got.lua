-- Keep what a token call brought: a token, or a refusal after which the account rests. Times in milliseconds.
-- Running it twice with the same call id equals running it once.
-- KEYS 1 access_token (hash) 2 token_forced (list of times, newest first) 3 counts (hash)
-- ARGV 1 caller 2 call id 3 token or '' 4 its life 5 refusal, JSON; with a token: what to say when it is the
--      refused one again 6 rest 7 how long a task is held 8 life of the keys 9 '1' if a refresh may be forced
--      10 pause between forced refreshes 11 the same while tokens are refused 12 how many in 24 hours
-- returns {'use'}, {'try'} (say afterwards what came of it), {'force'}: fetch once more, forced;
--         {'rest', ms}, or {'lost'} when the task was given to another meanwhile
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'call', 'outcome', 'holder', 'refused', 'strikes', 'rest_until')
if row[1] == ARGV[2] then
  return row[2] == 'rest' and {'rest', tonumber(row[6]) - now} or {row[2]}
end
if row[3] ~= ARGV[1] then return {'lost'} end
local strikes = tonumber(row[5] or '0')

local function may_force()
  if ARGV[9] ~= '1' then return false end
  local pause = tonumber(strikes == 0 and ARGV[10] or ARGV[11])
  local last, oldest = redis.call('LINDEX', KEYS[2], 0), redis.call('LINDEX', KEYS[2], ARGV[12] - 1)
  return not (last and now - last < pause) and not (oldest and now - oldest < 86400000)
end

local function rest()
  redis.call('HSET', KEYS[1], 'rest', ARGV[5], 'rest_until', now + ARGV[6])
  redis.call('HDEL', KEYS[1], 'holder', 'hold_until')
  return 'rest'
end

local outcome
if ARGV[3] == '' then
  redis.call('HINCRBY', KEYS[3], 'token_failures', 1)
  redis.call('HINCRBY', KEYS[1], 'strikes', 1)
  outcome = rest()
else
  redis.call('HINCRBY', KEYS[3], 'token_fetches', 1)
  redis.call('HSET', KEYS[1], 'fetched', now, 'value', ARGV[3], 'until', now + ARGV[4])
  redis.call('HDEL', KEYS[1], 'force_next')
  if ARGV[3] ~= row[4] then
    outcome = row[4] and 'try' or 'use'
    redis.call('HSET', KEYS[1], 'state', row[4] and 'trial' or 'good', 'hold_until', now + ARGV[7])
    if not row[4] then redis.call('HDEL', KEYS[1], 'holder', 'hold_until', 'strikes') end
  elseif may_force() then
    redis.call('LPUSH', KEYS[2], now)
    redis.call('LTRIM', KEYS[2], 0, ARGV[12] - 1)
    redis.call('PEXPIRE', KEYS[2], 86400000)
    redis.call('HSET', KEYS[1], 'state', 'refused')
    redis.call('HINCRBY', KEYS[3], 'token_forced', 1)
    if strikes == 0 then
      outcome = 'force'
      redis.call('HSET', KEYS[1], 'forced', now, 'hold_until', now + ARGV[7])
    else -- Not two fetches at once while tokens are refused.
      redis.call('HSET', KEYS[1], 'force_next', 1)
      redis.call('HINCRBY', KEYS[1], 'strikes', 1)
      outcome = rest()
    end
  else
    redis.call('HSET', KEYS[1], 'state', 'refused')
    redis.call('HINCRBY', KEYS[1], 'strikes', 1)
    outcome = rest()
  end
end
redis.call('HSET', KEYS[1], 'call', ARGV[2], 'outcome', outcome)
redis.call('PEXPIRE', KEYS[1], ARGV[8])
return outcome == 'rest' and {'rest', tonumber(ARGV[6])} or {outcome}
