-- What a turn needs to know of a chat and of who speaks before it answers. A person who speaks for the first time gets
-- the account's next short number; words of ours make nobody known. Running it twice equals running it once.
-- KEYS 1 memory (string) 2 rest (string) 3 noticed (string) 4 allowance (hash) 5 answers (hash) 6 person (hash)
--      7 people (hash) 8 admins (set) 9 bans (set) 10 picks (string) 11 failed (string)
--      12 what admins changed (hash) 13 admitted (set)
-- ARGV 1 sender 2 salted hash of the sender 3 life of the person in ms 4 '1' if they speak, '0' for words of ours
-- returns {memory, rest, noticed, sends left, late, paired, banned, person, picks, failed, changes,
--         admitted}: nil where there is none;
--         sends left are what live allowances add up to, nil when none was ever granted; late, paired,
--         banned and admitted are 1 or 0; of the person and of the changes fields and values in turn, none of
--         somebody who is not known
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local out = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
out[4] = false
if redis.call('EXISTS', KEYS[4]) == 1 then
  out[4] = 0
  for _, kind in ipairs({'typed', 'tapped'}) do
    local row = redis.call('HMGET', KEYS[4], kind .. '_left', kind .. '_until')
    if row[1] and row[2] and tonumber(row[2]) > now then out[4] = out[4] + math.max(0, tonumber(row[1])) end
  end
end
out[5] = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[5])) do
  if string.match(field, '^answer:') then out[5] = 1 end
end
out[6] = redis.call('SISMEMBER', KEYS[8], ARGV[1])
out[7] = redis.call('SISMEMBER', KEYS[9], ARGV[2])
if ARGV[4] == '1' and redis.call('HEXISTS', KEYS[6], 'number') == 0 then
  local number = redis.call('HINCRBY', KEYS[7], 'last', 1)
  redis.call('HSET', KEYS[7], number, ARGV[1])
  redis.call('HSET', KEYS[6], 'v', 1, 'number', number, 'since', string.format('%.0f', now))
end
if ARGV[4] == '1' then redis.call('PEXPIRE', KEYS[6], ARGV[3]) end
out[8] = redis.call('HGETALL', KEYS[6])
local more = redis.call('MGET', KEYS[10], KEYS[11])
out[9], out[10] = more[1], more[2]
out[11] = redis.call('HGETALL', KEYS[12])
out[12] = redis.call('SISMEMBER', KEYS[13], ARGV[2])
return out
