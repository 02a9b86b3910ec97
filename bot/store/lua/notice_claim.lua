-- Take notices that were not told yet, for one holder who is about to tell them; nobody else gets them
-- meanwhile. Running it twice with the same holder gives the same. Times are in milliseconds.
-- KEYS 1 notices (zset) 2 pace of the pushes (string)
-- ARGV 1 holder 2 hold life 3 how many at most 4 '1' if they are pushed (one process at a time, at a pace)
--      5 prefix of notice 6 of told 7 of held 8 kinds, a blank between, that are not claimed of every account
--      9… kind:account for each that is
-- returns for each {name, field, value, field, value …}
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local pushes = ARGV[4] == '1'
if pushes then
  local pace = redis.call('GET', KEYS[2])
  if pace and pace ~= ARGV[1] then return {} end
end

local inner, own = {}, {}
for kind in string.gmatch(ARGV[8], '%S+') do inner[kind] = true end
for a = 9, #ARGV do own[ARGV[a]] = true end
local out = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if #out >= tonumber(ARGV[3]) then break end
  local kind, account = string.match(name, '^([^:]*):([^:]*)')
  local row = redis.call('HMGET', ARGV[5] .. name, 'first', 'after')
  if not row[1] then
    redis.call('ZREM', KEYS[1], name)
  elseif inner[kind] and not own[kind .. ':' .. account] then
    -- It is for others.
  elseif redis.call('GET', ARGV[6] .. name) ~= row[1] and not (pushes and tonumber(row[2] or '0') > now) then
    local held = ARGV[7] .. name
    if redis.call('SET', held, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', held) == ARGV[1] then
      local found = redis.call('HGETALL', ARGV[5] .. name)
      table.insert(found, 1, name)
      out[#out + 1] = found
    end
  end
end
if pushes and #out > 0 then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
return out
