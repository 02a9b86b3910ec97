-- Who of an account can be written to, in the order of their short numbers. Who has the notice already is among them,
-- whatever holds now: to hand it out again does nothing. A number that nobody has any more is forgotten, and is nobody's.
-- KEYS 1 people (hash)
-- ARGV 1 prefix of the persons' keys 2 of their inboxes 3 of their allowances, or '' where there is no such limit
--      4 of the ids of the notice, or '' 5 the number before the first 6 the last number 7 how many at most
--      8 how many may wait in an inbox
-- returns {the last number looked at, how many want none, how many cannot be reached, {number, sender, …}}
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local cursor, last, most = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local skipped, unreachable, found = 0, 0, {}
local numbers = {}
for number = cursor + 1, last do numbers[#numbers + 1] = number end
if #numbers == 0 then return {cursor, 0, 0, found} end

local function may_send(sender)
  if ARGV[3] == '' then return true end
  local row = redis.call('HMGET', ARGV[3] .. sender, 'typed_left', 'typed_until')
  return row[1] and row[2] and tonumber(row[1]) > 0 and tonumber(row[2]) > now
end

for i, sender in ipairs(redis.call('HMGET', KEYS[1], unpack(numbers))) do
  if #found >= 2 * most then break end
  cursor = numbers[i]
  if sender then
    local person = redis.call('HMGET', ARGV[1] .. sender, 'number', 'chosen:muted')
    local has_it = ARGV[4] ~= '' and redis.call('EXISTS', ARGV[4] .. cursor) == 1
    if not has_it and person[1] ~= tostring(cursor) then
      redis.call('HDEL', KEYS[1], cursor)
    elseif not has_it and person[2] then
      skipped = skipped + 1
    elseif has_it or (may_send(sender)
        and redis.call('LLEN', ARGV[2] .. sender) < tonumber(ARGV[8])) then
      found[#found + 1] = cursor
      found[#found + 1] = sender
    else
      unreachable = unreachable + 1
    end
  end
end
return {cursor, skipped, unreachable, found}
