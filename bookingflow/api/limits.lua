-- Counts a call against every limit named, or against none where one of them is used up.
--
-- KEYS: one for each limit. ARGV: each limit's quota, and its window in microseconds.
-- Answers {1 if it may pass, calls left of the first, microseconds until more are, calls left of the second, …}.
--
-- Kept under a key: the calls of the last window as {time, calls, time, calls, …}, oldest first. Those within a fiftieth
-- of the window stand together under the time of the last: never forgotten too soon, and 51 pairs at most.
local SLICES = 50
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local limits = {}
local passes = 1

for i, key in ipairs(KEYS) do
  local limit = {quota = tonumber(ARGV[2 * i - 1]), window = tonumber(ARGV[2 * i]), used = 0, calls = {}}
  local stored = redis.call('GET', key)
  local before = stored and cmsgpack.unpack(stored) or {}
  for j = 1, #before, 2 do
    local at = math.min(before[j], now) -- the clock may have been set back
    if at + limit.window > now then
      table.insert(limit.calls, at)
      table.insert(limit.calls, before[j + 1])
      limit.used = limit.used + before[j + 1]
    end
  end
  if limit.used >= limit.quota then passes = 0 end
  limits[i] = limit
end

local function add(key, limit)
  local calls, slice, n = limit.calls, limit.window / SLICES, #limit.calls
  if n > 0 and math.floor(calls[n - 1] / slice) == math.floor(now / slice) then
    calls[n - 1] = now
    calls[n] = calls[n] + 1
  else
    table.insert(calls, now)
    table.insert(calls, 1)
  end
  limit.used = limit.used + 1
  redis.call('SET', key, cmsgpack.pack(calls), 'PX', math.ceil(limit.window / 1000))
end

-- Until the oldest are forgotten; until enough of them are, where a quota was made smaller meanwhile.
local function wait(limit)
  local excess = math.max(limit.used - limit.quota, 0)
  for j = 1, #limit.calls, 2 do
    excess = excess - limit.calls[j + 1]
    if excess < 0 then return limit.calls[j] + limit.window - now end
  end
  return 0
end

local answer = {passes}
for i, limit in ipairs(limits) do
  if passes == 1 then add(KEYS[i], limit) end
  table.insert(answer, math.max(limit.quota - limit.used, 0))
  table.insert(answer, wait(limit))
end
return answer
