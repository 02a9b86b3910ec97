-- Take the answer of one message for one request that can hand it over now. Milliseconds.
-- A claim that nothing was heard of ends with its request; the answer is offered again then, as possibly seen.
-- Running it twice with the same request equals running it once.
-- KEYS 1 answers (hash) 2 counts (hash) 3 inbox (list)
-- ARGV 1 inbox number 2 request 3 until when the request can hand over, from now 4 '' or, if the person is to be told
--      that the answer will wait, 'number' or, where it needs none, 'plain' 5 life of the answers
-- returns {'answer', value}, {'done'} when it was handed over or there is none, {'busy'} while another request has it,
--         {'wait'}, or, when told, {'told', number, usual answer time}
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'answer:' .. ARGV[1], 'claim:' .. ARGV[1], 'done')
if string.find(' ' .. (row[3] or ''), ' ' .. ARGV[1] .. ' ', 1, true) then return {'done'} end
if row[1] then
  local by, till = string.match(row[2] or '', '^(%S+) (%d+)$')
  if by and by ~= ARGV[2] and tonumber(till) > now then return {'busy'} end
  redis.call('HSET', KEYS[1], 'claim:' .. ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now + ARGV[3]))
  return {'answer', row[1]}
end
-- A message that waits no longer and has no answer here ended without one, or its answer went another way.
local head = redis.call('LINDEX', KEYS[3], 0)
if not head or tonumber(string.match(head, '^{"n":(%d+)')) > tonumber(ARGV[1]) then return {'done'} end
if ARGV[4] == '' then return {'wait'} end
local number = redis.call('HGET', KEYS[1], 'number:' .. ARGV[1])
if not number then
  number = ARGV[4] == 'plain' and 0 or redis.call('HINCRBY', KEYS[1], 'last', 1)
  redis.call('HSET', KEYS[1], 'number:' .. ARGV[1], number)
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return {'told', tonumber(number), tonumber(redis.call('HGET', KEYS[2], 'answer_recent_ms') or '0')}
