-- Offer an answer to the request that waits for it, and see what became of that. Running it again is how one waits.
-- KEYS 1 answers (hash)
-- ARGV 1 inbox number 2 value 3 how long before its end a request is offered nothing any more, in ms
-- returns 'offered', 'busy' while a request has it, 'done', 'none' when no request waits (any more), or 'unsure' when
--         one had it and nobody knows what came of it
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local answer, claim, parked = 'answer:' .. ARGV[1], 'claim:' .. ARGV[1], 'parked:' .. ARGV[1]
local row = redis.call('HMGET', KEYS[1], answer, claim, parked, 'done')
local fate = 'none'
if string.find(' ' .. (row[4] or ''), ' ' .. ARGV[1] .. ' ', 1, true) then
  fate = 'done'
elseif row[2] then
  fate = tonumber(string.match(row[2], '(%d+)$')) > now and 'busy' or 'unsure'
elseif row[3] and tonumber(row[3]) - ARGV[3] > now then
  fate = 'offered'
  if not row[1] then
    redis.call('HSET', KEYS[1], answer, ARGV[2])
    redis.call('PUBLISH', KEYS[1], ARGV[1])
  end
end
-- Of 'unsure' everything stays, so that asking again says the same.
if fate == 'done' or fate == 'none' then redis.call('HDEL', KEYS[1], answer, claim, parked) end
return fate
