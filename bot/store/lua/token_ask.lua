-- Ask for the access_token of an account, or for the task to get or to try one. Times are in milliseconds.
-- A token whose like was refused is on trial until the platform takes it: one caller at a time may use it.
-- Running it twice with the same caller equals running it once.
-- KEYS 1 access_token (hash)
-- ARGV 1 caller 2 how long a task is held 3 pause between fetches while tokens are refused
--      4 the same within a minute of a forced refresh 5 refusals in a minute that are each met with a fetch
--      6 life of the key
-- returns {'use', token}, {'try', token} (say afterwards what came of it), {'fetch'}, {'force'}: fetch by force;
--         {'wait'} while another has the task, or {'rest', refusal, ms}
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local row = {}
local names = {
  'value', 'until', 'state', 'holder', 'hold_until', 'rest', 'rest_until', 'fetched', 'forced', 'strikes', 'fresh',
  'fresh_from', 'force_next'
}
for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(names))) do row[names[i]] = value end
local function ms(name) return tonumber(row[name] or '0') end

if ms('rest_until') > now then return {'rest', row.rest, ms('rest_until') - now} end
local alive = row.value and ms('until') > now
if alive and row.state == 'good' then return {'use', row.value} end
if row.holder and row.holder ~= ARGV[1] and ms('hold_until') > now then return {'wait'} end

local pause = tonumber(now - ms('forced') < 60000 and ARGV[4] or ARGV[3])
local soon = ms('strikes') > 0 and now < ms('fetched') + pause
if ms('strikes') == 0 and row.state == 'refused' and row.holder ~= ARGV[1] then
  -- A token that worked is refused: fetched at once, unless that happens again and again.
  if now - ms('fresh_from') > 60000 then
    redis.call('HSET', KEYS[1], 'fresh_from', now, 'fresh', 1)
  elseif ms('fresh') < tonumber(ARGV[5]) then
    redis.call('HINCRBY', KEYS[1], 'fresh', 1)
  else
    soon = alive
  end
end
if soon and not alive then return {'rest', row.rest, ms('fetched') + pause - now} end
redis.call('HSET', KEYS[1], 'v', 1, 'holder', ARGV[1], 'hold_until', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if alive and (soon or row.state == 'trial') then return {'try', row.value} end
return {row.force_next and 'force' or 'fetch'}
