-- Write steps of a turn, if its token is still ours; prolongs the lease. Running it twice equals once.
-- KEYS 1 turn (hash) 2 lease (string) 3 cut (string) 4 allowance (hash) 5 counts (hash) 6 pace (list)
-- ARGV 1 token 2 lease life in ms 3 '1' if this begins a send (spends one of the allowance)
--      4 counter to add one to, or '' 5 paces that the send must keep: count/ms,count/ms … or ''
--      6… field, value, field, value …
-- returns {cut, wait}: the cut (0 without), or -1 when another process has taken the chat; with a wait in ms
--         nothing was written, because the pace has no room before
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  redis.call('HDEL', KEYS[1], 'death:' .. ARGV[1])
  return {-1, 0}
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local cut = tonumber(redis.call('GET', KEYS[3]) or '0')
local fresh = redis.call('HGET', KEYS[1], ARGV[6]) ~= ARGV[7]
if fresh and ARGV[5] ~= '' then
  local wait, most, life = 0, 0, 0
  for count, window in string.gmatch(ARGV[5], '(%d+)/(%d+)') do
    local before = redis.call('LINDEX', KEYS[6], -count)
    if before then wait = math.max(wait, before + window - now) end
    most, life = math.max(most, count), math.max(life, window)
  end
  if wait > 0 then return {cut, wait} end
  redis.call('RPUSH', KEYS[6], now)
  redis.call('LTRIM', KEYS[6], -most, -1)
  redis.call('PEXPIRE', KEYS[6], life)
end
for i = 6, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if fresh and ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[5], ARGV[4], 1) end
if fresh and ARGV[3] == '1' then
  for _, kind in ipairs({'tapped', 'typed'}) do
    local row = redis.call('HMGET', KEYS[4], kind .. '_left', kind .. '_until')
    if row[1] and tonumber(row[1]) > 0 and tonumber(row[2]) > now then
      redis.call('HINCRBY', KEYS[4], kind .. '_left', -1)
      break
    end
  end
end
return {cut, 0}
