-- How many accepted messages are neither settled nor in an inbox that a sweeper would find.
-- KEYS 1 counts (hash) 2 ready (zset)
-- ARGV 1 prefix of the inboxes
-- returns that number, which only a fault can make other than 0
local counts = redis.call('HGETALL', KEYS[1])
local lost = 0
for i = 1, #counts, 2 do
  if counts[i] == 'accepted' then lost = lost + counts[i + 1] end
  if string.match(counts[i], '^settled:') then lost = lost - counts[i + 1] end
end
for _, chat in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  lost = lost - redis.call('LLEN', ARGV[1] .. chat)
end
return lost
