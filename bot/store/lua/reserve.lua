-- Set money aside for one answer, if the account and the person may still spend. What was granted to a person is
-- used only when the day's limits are used up. Running it twice for one message equals running it once.
-- KEYS 1 ledger of today (hash) 2 reserved (hash) 3 limits of the account (hash) 4 person (hash)
--      5 carried (hash): what people used today before they were erased
-- ARGV 1 chat 2 the most that this answer can cost 3 until when it is set aside, from now in ms 4 life of the reserved
--      5 short number of the person 6 most cost of the account in a day 7 most answers of a person in a day
--      8 most tokens of a person in a day 9 most cost of a person in a day; 0 is no limit 10 the person, salted
--      11 inbox number of the message 12 the most tokens that this answer can take
-- returns {verdict, limit, spent, paid by}: verdict is 'ok', 'account', or what the person has used up: 'answers',
--         'tokens', 'cost'; limit and spent are of what decided, for 'ok' of the account's cost; paid by is 'day', or
--         what was granted: 'answers', 'tokens'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local number = ARGV[5]

-- What is set aside already: for other chats, of it for other answers to this person, and for this very message.
local aside, paid_by, under_way = 0, nil, {day = 0, answers = 0, tokens = 0}
local flat = redis.call('HGETALL', KEYS[2])
for i = 1, #flat, 2 do
  local most, till, whose, from, n, tokens = string.match(flat[i + 1], '^(%d+) (%d+) (%d+) (%a+) (%d+) (%d+)$')
  if not till or tonumber(till) < now then
    redis.call('HDEL', KEYS[2], flat[i])
  elseif flat[i] == ARGV[1] then
    if n == ARGV[11] then paid_by = from end
  else
    aside = aside + tonumber(most)
    if whose == number then under_way[from] = under_way[from] + (from == 'tokens' and tonumber(tokens) or 1) end
  end
end

local function limit(name, default)
  local own = redis.call('HGET', KEYS[3], ARGV[10] .. ':' .. name)
  return tonumber(own or redis.call('HGET', KEYS[3], name) or default)
end
local admitted = paid_by ~= nil
if not admitted then
  paid_by = 'day'
  local used = redis.call('HMGET', KEYS[1], 'answers|' .. number, 'tokens|' .. number, 'cost|' .. number)
  for i, name in ipairs({'answers', 'tokens', 'cost'}) do
    local before = redis.call('HGET', KEYS[5], ARGV[10] .. ':' .. name)
    local most, spent = limit(name, ARGV[6 + i]), tonumber(used[i] or '0') + tonumber(before or '0')
    -- How many tokens an answer that is being made will take is not known yet.
    if most > 0 and spent + (name == 'answers' and under_way.day or 0) >= most then
      local granted = redis.call('HMGET', KEYS[4], 'granted_answers', 'granted_tokens')
      if tonumber(granted[1] or '0') > under_way.answers then
        paid_by = 'answers'
      elseif tonumber(granted[2] or '0') > under_way.tokens then
        paid_by = 'tokens'
      else
        return {name, most, spent, 'day'}
      end
      break
    end
  end
end

local spent = tonumber(redis.call('HGET', KEYS[1], 'cost') or '0')
local most = tonumber(redis.call('HGET', KEYS[3], 'daily_cost') or ARGV[6])
if not admitted and most > 0 and spent + aside >= most then return {'account', most, spent, 'day'} end
local till = string.format('%.0f', now + ARGV[3])
local kept = table.concat({ARGV[2], till, number, paid_by, ARGV[11], ARGV[12]}, ' ')
redis.call('HSET', KEYS[2], ARGV[1], kept)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {'ok', most, spent, paid_by}
