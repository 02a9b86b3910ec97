-- Set money aside for one answer, if the account and the person may still spend. Running it twice equals once.
-- KEYS 1 ledger of today (hash) 2 reserved (hash) 3 limits of the account (hash) 4 person (hash)
--      5 carried (hash): what people used today before they were erased
-- ARGV 1 chat 2 the most that this answer can cost 3 until when it is set aside, from now in ms 4 life of the reserved
--      5 short number of the person 6 most cost of the account in a day 7 most answers of a person in a day
--      8 most tokens of a person in a day 9 most cost of a person in a day; 0 is no limit 10 the person, salted
-- returns {verdict, limit, spent}: verdict is 'ok', 'account', or what the person has used up: 'answers', 'tokens',
--         'cost'; limit and spent are of what decided, for 'ok' of the account's cost
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function limit(name, default)
  local own = redis.call('HGET', KEYS[3], ARGV[10] .. ':' .. name)
  return tonumber(own or redis.call('HGET', KEYS[3], name) or default)
end
local number = ARGV[5]
local used = redis.call('HMGET', KEYS[1], 'answers|' .. number, 'tokens|' .. number, 'cost|' .. number)
for i, name in ipairs({'answers', 'tokens', 'cost'}) do
  local before = redis.call('HGET', KEYS[5], ARGV[10] .. ':' .. name)
  local most, spent = limit(name, ARGV[6 + i]), tonumber(used[i] or '0') + tonumber(before or '0')
  if most > 0 and spent >= most and tonumber(redis.call('HGET', KEYS[4], 'granted') or '0') <= 0 then
    return {name, most, spent}
  end
end

local spent, aside = tonumber(redis.call('HGET', KEYS[1], 'cost') or '0'), 0
local flat = redis.call('HGETALL', KEYS[2])
for i = 1, #flat, 2 do
  local amount, till = string.match(flat[i + 1], '^(%d+) (%d+)$')
  if tonumber(till) < now then
    redis.call('HDEL', KEYS[2], flat[i])
  elseif flat[i] ~= ARGV[1] then
    aside = aside + tonumber(amount)
  end
end
local most = tonumber(redis.call('HGET', KEYS[3], 'daily_cost') or ARGV[6])
if most > 0 and spent + aside >= most then return {'account', most, spent} end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {'ok', most, spent}
