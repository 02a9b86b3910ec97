-- What a turn may leave behind when it is settled, by op; settle.lua stands behind this, and gives KEYS and ARGV.
-- Each op has its key, its value and its life in ms; a life of 0 leaves the key's as it is.
local function keep(key, life) if life > 0 then redis.call('PEXPIRE', key, life) end end
-- Of what is over in a hash the five hundred that ended last stay.
local function prune(key)
  if redis.call('HLEN', key) <= 501 then return end
  local over, all = {}, redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local done = tonumber(string.match(all[i + 1], '"done_ms":(%d+)') or '0')
    if done > 0 then over[#over + 1] = {done, all[i]} end
  end
  table.sort(over, function(a, b) return a[1] < b[1] end)
  for i = 1, #over - 500 do redis.call('HDEL', key, over[i][2]) end
end
-- Whoever waits for the answer of message n is let go.
local function over(key, n)
  local done = n .. ' ' .. (redis.call('HGET', key, 'done') or '')
  redis.call('HSET', key, 'done', string.sub(done, 1, 100))
end
-- Whether words that an admin reads tell of the person with this number: what they said to a human begins with `#12`;
-- a list names people `12 号`, `number 12`, or `12, 11-22 04:55`.
local function tells_of(words, number)
  if string.find(words, '^#%d') then return string.find(words, '^#' .. number .. '%f[%D]') end
  return string.find(words, '%f[%d]' .. number .. ' 号') or string.find(words, 'number ' .. number .. '%f[%D]')
    or string.find('\n' .. words, '\n' .. number .. ', %d%d%-%d%d ')
end
-- The value, JSON with `text` and maybe `rest`, without what tells of them; nil where nothing is left. Each begins anew
-- where somebody's `#12` follows a blank line.
local function without(value, number)
  local held, found = cjson.decode(value), false
  for _, name in ipairs({'text', 'rest'}) do
    local kept = {}
    for words in string.gmatch(string.gsub(held[name] or '', '\n\n(#%d)', '\0%1') .. '\0', '([^%z]*)%z') do
      if tells_of(words, number) then found = true else kept[#kept + 1] = words end
    end
    if held[name] then held[name] = table.concat(kept, '\n\n') end
  end
  if not found then return value end
  if held.text == '' then held.text, held.rest = held.rest, held.rest and '' end
  if (held.text or '') == '' then return nil end
  -- Times have more digits than cjson writes of a number.
  local after = held.after_ms and string.format('"after_ms":%.0f', held.after_ms)
  return after and string.gsub(cjson.encode(held), '"after_ms":[^,}]+', after) or cjson.encode(held)
end
-- The newest of a list, each of which says when it was, comes first; none is kept for longer than the list.
local function newest(key, line, life, most)
  redis.call('LPUSH', key, line)
  redis.call('LTRIM', key, 0, most - 1)
  keep(key, life)
  local clock = redis.call('TIME')
  local since = clock[1] * 1000 + math.floor(clock[2] / 1000) - life
  while tonumber(string.match(redis.call('LINDEX', key, -1) or '', '"at_ms":(%d+)') or since) < since do
    redis.call('RPOP', key)
  end
end
-- Short number of who said what a message brings an admin, or nil.
local function relayed(message)
  return string.match(message, '"kind":"relay","parts":%[{"as":"Text","text":"#(%d+)')
end
local speaker  -- short number of who spoke, once `tally` has found it
local apply = {
  set = function(key, value, life) redis.call('SET', key, value, 'PX', life) end,
  del = function(key) redis.call('DEL', key) end,
  expire = function(key, _, life) redis.call('PEXPIRE', key, life) end,
  -- The value is a field, a space and what it holds.
  hset = function(key, value, life)
    redis.call('HSET', key, string.match(value, '^(%S+) (.*)$'))
    keep(key, life)
  end,
  -- The same for what can be over: that stays as it is.
  open = function(key, value, life)
    local field, new = string.match(value, '^(%S+) (.*)$')
    local old = redis.call('HGET', key, field)
    if old and not string.find(old, '"done_ms":0', 1, true) then return end
    redis.call('HSET', key, field, new)
    prune(key)
    keep(key, life)
  end,
  -- The same where the field is there still: whose it is may have been erased meanwhile.
  change = function(key, value, life)
    local field, held = string.match(value, '^(%S+) (.*)$')
    if redis.call('HEXISTS', key, field) == 0 then return end
    redis.call('HSET', key, field, held)
    prune(key)
    keep(key, life)
  end,
  hdel = function(key, field) redis.call('HDEL', key, field) end,
  -- A line for each field: what is added, a space, and the field.
  add = function(key, lines, life)
    for amount, field in string.gmatch(lines, '(%-?%d+) ([^\n]+)') do redis.call('HINCRBY', key, field, amount) end
    keep(key, life)
  end,
  -- The same, for somebody who has not been erased meanwhile.
  give = function(key, lines, life)
    if redis.call('HEXISTS', key, 'number') == 0 then return end
    for amount, field in string.gmatch(lines, '(%-?%d+) ([^\n]+)') do redis.call('HINCRBY', key, field, amount) end
    keep(key, life)
  end,
  -- One more message of this person, who has not been erased meanwhile: on which day, and when (ms).
  tally = function(key, value)
    speaker = redis.call('HGET', key, 'number')
    if not speaker then return end
    local day, at = string.match(value, '^(%S+) (%d+)$')
    local known = redis.call('HGET', key, 'day') == day and tonumber(redis.call('HGET', key, 'today')) or 0
    redis.call('HSET', key, 'day', day, 'today', known + 1, 'seen', at)
  end,
  -- Of those who spoke the two hundred last are known.
  active = function(key, at)
    if not speaker then return end
    redis.call('ZADD', key, at, speaker)
    redis.call('ZREMRANGEBYRANK', key, 0, -201)
  end,
  sadd = function(key, member, life) redis.call('SADD', key, member) keep(key, life) end,
  pfadd = function(key, member, life) redis.call('PFADD', key, member) keep(key, life) end,
  srem = function(key, member) redis.call('SREM', key, member) end,
  -- The newest of a list comes first, and a thousand of them are kept.
  log = function(key, line, life) newest(key, line, life, 1000) end,
  -- What an admin did at the time "t" of the line, in front of what was done before; what is older than a life goes,
  -- and what is more than ten thousand.
  deed = function(key, line, life)
    redis.call('LPUSH', key, line)
    redis.call('LTRIM', key, 0, 9999)
    local since = tonumber(string.match(line, '"t":(%d+)')) - life
    while tonumber(string.match(redis.call('LINDEX', key, -1), '"t":(%d+)') or since) < since do
      redis.call('RPOP', key)
    end
    keep(key, life)
  end,
  -- Like `log`, and fifty.
  last = function(key, line, life) newest(key, line, life, 50) end,
  -- Whatever of a list holds these words goes.
  purge = function(key, words)
    for _, line in ipairs(redis.call('LRANGE', key, 0, -1)) do
      if string.find(line, words, 1, true) then redis.call('LREM', key, 0, line) end
    end
  end,
  -- Stops what a chat, whose cut the key is, has been sent so far.
  cut = function(key, _, life) redis.call('SET', key, redis.call('HGET', KEYS[5], 'accepted') or '0', 'PX', life) end,
  -- A dead letter waits anew at the end of its chat's inbox, which the key is, unless that is full or the letter is
  -- gone. The value has a line each for how many may wait, the chat, the message and the letter as it is kept.
  requeue = function(key, value)
    local most, chat, message, letter = string.match(value, '^(%d+)\n([^\n]*)\n([^\n]*)\n(.*)$')
    if redis.call('LLEN', key) >= tonumber(most) or redis.call('LREM', KEYS[7], 1, letter) == 0 then return end
    local n = redis.call('HINCRBY', KEYS[5], 'accepted', 1)
    redis.call('HINCRBY', KEYS[5], 'requeued', 1)
    redis.call('RPUSH', key, '{"n":' .. n .. ',' .. string.sub(message, 2))
    local clock = redis.call('TIME')
    redis.call('ZADD', KEYS[4], 'NX', clock[1] * 1000 + math.floor(clock[2] / 1000), chat)
  end,
  -- The answer of this message, or '' for none, is there for whoever waits for it.
  answer = function(key, value, life)
    if value ~= '' then
      redis.call('HSET', key, 'answer:' .. ARGV[4], value)
    else
      over(key, ARGV[4])
      redis.call('HDEL', key, 'number:' .. ARGV[4])
    end
    redis.call('PEXPIRE', key, life)
    redis.call('PUBLISH', key, ARGV[4])
  end,
  -- Another message's answer went along with this one.
  taken = function(key, n)
    over(key, n)
    redis.call('HDEL', key, 'answer:' .. n, 'number:' .. n, 'claim:' .. n)
  end,
  -- A message of ours waits in an inbox like any other: the value is its chat, a space, and the message. A full inbox
  -- takes none, and one that holds a hundred takes no more than a hundred of what one person said to a human.
  forward = function(key, value)
    local waiting = redis.call('LLEN', key)
    if waiting >= 1000 then return end
    local chat, message = string.match(value, '^(%S+) (.*)$')
    local whose = waiting >= 100 and relayed(message)
    local theirs = 0
    for _, line in ipairs(whose and redis.call('LRANGE', key, 0, -1) or {}) do
      if relayed(line) == whose then theirs = theirs + 1 end
    end
    if theirs >= 100 then return end
    local n = redis.call('HINCRBY', KEYS[5], 'accepted', 1)
    redis.call('RPUSH', key, '{"n":' .. n .. ',' .. string.sub(message, 2))
    redis.call('ZADD', KEYS[4], 'NX', 0, chat)
  end,
  -- Lines of a list that match the pattern go.
  strip = function(key, pattern)
    for _, line in ipairs(redis.call('TYPE', key).ok == 'list' and redis.call('LRANGE', key, 0, -1) or {}) do
      if string.find(line, pattern) then redis.call('LREM', key, 0, line) end
    end
  end,
  -- What an admin has still to read of the person with this number goes, and what others said stays: in what waits
  -- behind 「继续」, and in answers that wait in a hash.
  unsay = function(key, number)
    local kind = redis.call('TYPE', key).ok
    if kind == 'string' then
      local value = redis.call('GET', key)
      local kept = without(value, number)
      if not kept then redis.call('DEL', key) end
      if kept and kept ~= value then redis.call('SET', key, kept, 'KEEPTTL') end
    end
    for _, field in ipairs(kind == 'hash' and redis.call('HKEYS', key) or {}) do
      local n = string.match(field, '^answer:(%d+)$')
      local kept = not n or without(redis.call('HGET', key, field), number)
      if not kept then redis.call('HDEL', key, field, 'number:' .. n, 'claim:' .. n) end
      if n and kept then redis.call('HSET', key, field, kept) end
    end
  end,
}
