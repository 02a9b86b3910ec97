-- The answer of one message was handed over: it waits no longer. Running it twice equals running it once.
-- What is left of it behind 「继续」 is to be fetched from now on. Where nothing is kept of the chat any more, nothing is
-- written: the person was erased meanwhile. What is kept lives on for as long as it had.
-- KEYS 1 answers (hash) 2 rest (string)
-- ARGV 1 inbox number 2 life in ms of a hash that has none 3 life of the rest in ms
local life = redis.call('PTTL', KEYS[1])
if life == -2 then return 0 end
local value = redis.call('HGET', KEYS[1], 'answer:' .. ARGV[1])
local answer = value and cjson.decode(value)
if answer and (answer.rest or '') ~= '' then
  local rest = {v = answer.v, text = answer.rest, ai = answer.ai, told = true}
  redis.call('SET', KEYS[2], cjson.encode(rest), 'PX', ARGV[3])
end
redis.call('HDEL', KEYS[1], 'answer:' .. ARGV[1], 'number:' .. ARGV[1], 'claim:' .. ARGV[1])
local done = redis.call('HGET', KEYS[1], 'done') or ''
if not string.find(' ' .. done, ' ' .. ARGV[1] .. ' ', 1, true) then
  redis.call('HSET', KEYS[1], 'done', string.sub(ARGV[1] .. ' ' .. done, 1, 100))
end
-- The last answer takes the hash along, and its life with it.
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], life > 0 and life or ARGV[2]) end
return 1
