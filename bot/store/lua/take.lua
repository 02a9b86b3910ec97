-- Take a chat for one process: nobody else may act for it until the lease ends or is given back.
-- The fence is the turn's token: every later write names it, and it changes hands only here. Milliseconds.
-- Whoever neither renewed nor gave back is taken for dead, and that is counted with the turn; it is taken back
-- by any later script that still names the old token. While it is not certain that the store itself was there
-- all the time, nobody is taken for dead.
-- KEYS 1 lease (string) 2 turn (hash) 3 inbox (list) 4 ready (zset) 5 cut (string) 6 beat (string)
-- ARGV 1 token 2 lease life 3 chat 4 process 5 schema 6 longest gap of the beat 7 grace after a gap
--      8 how many that wait behind the head are shown; where lines were joined to it, all are
-- returns {} when there is nothing to do yet or another holds it, {version} when a newer program has begun the turn,
--         else {head, cut, {what waits behind it}, field, value, field, value …}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {} end
local head = redis.call('LINDEX', KEYS[3], 0)
if not head then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[4], ARGV[3])
  return {}
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local cut = redis.call('GET', KEYS[5]) or '0'
local turn = redis.call('HMGET', KEYS[2], 'v', 'token', 'process', 'again')
if turn[1] and tonumber(turn[1]) > tonumber(ARGV[5]) then return {turn[1]} end
-- Given back until later: a message that comes meanwhile does not change that, one that stops the head does.
local stopped = tonumber(cut) > tonumber(string.match(head, '^{"n":(%d+)') or '0')
if turn[4] and tonumber(turn[4]) > now and not stopped then return {} end
if turn[2] and turn[2] ~= ARGV[1] and turn[3] ~= ARGV[4] then
  local since, last = string.match(redis.call('GET', KEYS[6]) or '', '^(%d+) (%d+)$')
  if not since or now - last > tonumber(ARGV[6]) or now - since < tonumber(ARGV[7]) then return {} end
  redis.call('HSET', KEYS[2], 'death:' .. turn[2], 1)
end

redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'v', ARGV[5], 'token', ARGV[1], 'process', ARGV[4])
redis.call('HDEL', KEYS[2], 'again')
local out = redis.call('HGETALL', KEYS[2])
local last = redis.call('HEXISTS', KEYS[2], 'merged') == 1 and -1 or tonumber(ARGV[8])
table.insert(out, 1, redis.call('LRANGE', KEYS[3], 1, last))
table.insert(out, 1, cut)
table.insert(out, 1, head)
return out
