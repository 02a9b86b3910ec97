-- Every answer of a chat that is to be fetched, oldest first; more than are kept go now, the oldest first. Left out is
-- what a request may still carry: the one that waits for it, or one that has it at this moment.
-- KEYS 1 answers (hash)
-- ARGV 1 how many are kept 2 inbox number of the message that asks
-- returns {1 if the person was told to wait for that message, {{inbox number, number the person knows or '', value,
--         claim or ''}, …}}
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local row, order, out = {}, {}, {}
local flat = redis.call('HGETALL', KEYS[1])
for i = 1, #flat, 2 do
  row[flat[i]] = flat[i + 1]
  local n = string.match(flat[i], '^answer:(%d+)$')
  if n then order[#order + 1] = tonumber(n) end
end
table.sort(order)
while #order > tonumber(ARGV[1]) do
  local n = string.format('%.0f', table.remove(order, 1))
  redis.call('HDEL', KEYS[1], 'answer:' .. n, 'number:' .. n, 'claim:' .. n)
end
for _, number in ipairs(order) do
  local n = string.format('%.0f', number)
  local value, claim = row['answer:' .. n], row['claim:' .. n]
  local after = tonumber(string.match(value, '"after_ms":(%d+)') or '0')
  local free = row['number:' .. n] or now > after
  if free and not (claim and tonumber(string.match(claim, '(%d+)$')) > now) then
    out[#out + 1] = {n, row['number:' .. n] or '', value, claim or ''}
  end
end
return {row['number:' .. ARGV[2]] and 1 or 0, out}
