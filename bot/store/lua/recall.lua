-- What a turn needs to know of a chat before it answers.
-- KEYS 1 memory (string) 2 rest (string) 3 noticed (string) 4 allowance (hash) 5 answers (hash)
-- returns {memory, rest, noticed, sends left, late}: nil where there is none; sends left are what live allowances
--         add up to, nil when none was ever granted; late is 1 when a late answer waits
local out = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
out[4] = false
if redis.call('EXISTS', KEYS[4]) == 1 then
  local clock = redis.call('TIME')
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
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
return out
