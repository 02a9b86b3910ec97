-- Write steps of a turn, if its token is still ours; prolongs the lease. Running it twice equals once.
-- KEYS 1 turn (hash) 2 lease (string) 3 cut (string) 4 allowance (hash) 5 counts (hash)
-- ARGV 1 token 2 lease life in ms 3 '1' if this begins a send (spends one of the allowance)
--      4 counter to add one to, or '' 5… field, value, field, value …
-- returns the cut (0 without), or -1 when another process has taken the chat
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local fresh = redis.call('HGET', KEYS[1], ARGV[5]) ~= ARGV[6]
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if fresh and ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[5], ARGV[4], 1) end
if fresh and ARGV[3] == '1' then
  local clock = redis.call('TIME')
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  for _, kind in ipairs({'tapped', 'typed'}) do
    local row = redis.call('HMGET', KEYS[4], kind .. '_left', kind .. '_until')
    if row[1] and tonumber(row[1]) > 0 and tonumber(row[2]) > now then
      redis.call('HINCRBY', KEYS[4], kind .. '_left', -1)
      break
    end
  end
end
return tonumber(redis.call('GET', KEYS[3]) or '0')
