-- Delete a key, if it still holds what the caller knows.
-- KEYS 1 key (string)
-- ARGV 1 what it must hold
-- returns how many were deleted
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
