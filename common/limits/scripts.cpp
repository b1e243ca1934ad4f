#include "common/limits/scripts.hpp"

namespace turnpike::limits::scripts {

const std::string_view kClock = R"lua(
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
)lua";

const std::string_view kBucket = R"lua(
local lessee, rate, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local waiting, kept, wanted = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local share, returned, owed = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local lease = tonumber(ARGV[10])
local known_calls, known_level, known_at = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local number, unsure, debt = tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[16])
local sent = tonumber(ARGV[17])
local way = sent > 0 and math.max(now - sent, 0) or 0

local age_max = 50000

local mine = 'h:' .. lessee
local asked_before, granted_before, paid = 0, 0, 0
local level, at, calls, held, leases, gone = nil, nil, 0, 0, {}, {}
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local name, value = stored[i], stored[i + 1]
  if name == 'level' then level = tonumber(value)
  elseif name == 'at' then at = tonumber(value)
  elseif name == 'n' then calls = tonumber(value)
  else
    local tokens, expires, asked, granted, debts = string.match(value, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    leases[#leases + 1] = {name, tonumber(tokens), tonumber(expires)}
    held = held + tonumber(tokens)
    if name == mine then
      asked_before, granted_before, paid = tonumber(asked), tonumber(granted), tonumber(debts)
    end
  end
end
-- One that was overtaken by a later question, whose answer nobody awaits any more.
if number > 0 and number <= asked_before then return {0, 0, 0, 0, '0', '0', 0} end
if calls == 0 then
  level, at = burst, now
  if known_calls > 0 then level, at = math.min(burst, known_level), math.min(now, known_at) end
elseif known_calls > calls then
  level = math.min(level, known_level)
  at = math.max(at, math.min(now, known_at))
end
calls = math.max(calls, known_calls)
if at - now > 1000000 then at = now end
if now < at then now = at end

local function refill(to)
  local passed = math.max(to - at, 0) / 1000000
  level = math.min(level + passed * rate, burst - held + rate * age_max / 1000000)
  at = math.max(at, to)
end
table.sort(leases, function(a, b) return a[3] < b[3] end)
local live, latest = {}, 0
for _, one in ipairs(leases) do
  if one[3] <= now then
    if one[2] > 0 then
      refill(one[3])
      level = math.min(level, burst - held)
      held = held - one[2]
    end
    gone[#gone + 1] = one[1]
  else
    live[one[1]] = one[2]
    if one[3] > latest then latest = one[3] end
  end
end
refill(now)

if (live[mine] or 0) > kept then level = math.min(level, burst - held) end
held = held - (live[mine] or 0) + kept
local room = burst - held
level = math.min(level, room + rate * age_max / 1000000)
if debt <= paid then owed = 0 end
if unsure > 0 and asked_before >= unsure then owed = math.max(owed - granted_before, 0) end
level = math.max(level, math.min(level + returned, room))
level = math.max(level - owed, math.min(-burst, level))
local function whole(tokens) if tokens <= 0 then return 0 end return math.floor(tokens + 0.000001) end

local granted, usable = 0, math.min(level, room)
local i, ages, upto = 0, #ARGV - 17, 1
while granted < waiting do
  local age = (i < ages and tonumber(ARGV[18 + i]) or 0) + way
  local most = waiting
  if i + 1 < ages then most = math.min(waiting, upto) end
  local of_age = math.min(level, room + rate * math.min(age, age_max) / 1000000)
  local can = math.min(most, whole(of_age))
  if can <= granted then break end
  granted, usable = can, of_age
  if can < most then break end
  i, upto = i + 1, math.max(upto + 1, math.floor(upto * 9 / 8))
end
if granted > 0 then level = usable - granted end
local added = math.max(0, math.min(wanted - kept, math.floor(whole(math.min(level, room)) / share)))
level = level - added
held = held + added
local retry = 0
if granted < waiting then retry = math.ceil((1 - level) / rate * 1000000) end
calls = calls + 1

if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
local level_text, at_text = string.format('%.17g', level), string.format('%.0f', at)
-- Not before nobody can have of what ran over any more: one who knows it from before would have that again.
if held == 0 and level >= burst + rate * age_max / 1000000 then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'level', level_text, 'at', at_text, 'n', string.format('%.0f', calls))
  paid = math.max(paid, debt)
  if kept + added + granted + paid > 0 then
    redis.call('HSET', KEYS[1], mine, string.format('%d %.0f %.0f %d %.0f', kept + added, now + lease, number, granted, paid))
    latest = math.max(latest, now + lease)
  else
    redis.call('HDEL', KEYS[1], mine)
  end
  local full = (burst - level) / rate * 1000 + 1000
  local life = math.max(full, (latest - now) / 1000 + full)
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(life, 315360000000)))
end
return {granted, added, retry, calls, level_text, at_text, held}
)lua";

const std::string_view kQuota = R"lua(
if redis.call('EXISTS', KEYS[2]) == 0 then return {0} end
local lessee, period = ARGV[1], ARGV[2]
local limit, offset, since = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local extended, extension = tonumber(ARGV[6]), tonumber(ARGV[7])
local waiting, kept, wanted = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local returned, lease = tonumber(ARGV[11]), tonumber(ARGV[12])
local debt, owed = tonumber(ARGV[13]), tonumber(ARGV[14])
local known_window, known_used = tonumber(ARGV[15]), tonumber(ARGV[16])
local number, unsure, refund = tonumber(ARGV[17]), tonumber(ARGV[18]), tonumber(ARGV[19])
local known_calls = tonumber(ARGV[20])

local seconds = math.floor(now / 1000000)
local day = math.floor(seconds / 86400)
local first, last
if period == 'HOUR' then
  first = seconds - seconds % 3600
  last = first + 3600
elseif period == 'DAY' then
  first, last = day * 86400, day * 86400 + 86400
elseif period == 'WEEK' then
  first = (day - (day + 4) % 7) * 86400
  last = first + 7 * 86400
else
  -- Days are counted from 1 March 0000 (proleptic), where a year's odd day is its last.
  local function civil(days)
    local z = days + 719468
    local era = math.floor(z / 146097)
    local of_era = z - era * 146097
    local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
                             - math.floor(of_era / 146096)) / 365)
    local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
    local month = math.floor((5 * of_year + 2) / 153)
    return of_year - math.floor((153 * month + 2) / 5) + 1
  end
  local start = day - civil(day) + 1
  local next_start = start + 28
  while civil(next_start) ~= 1 do next_start = next_start + 1 end
  first, last = start * 86400, next_start * 86400
end

local allowance = limit
if since >= first and since < last then allowance = allowance - offset end
if extended == first then allowance = allowance + extension end
if allowance < 0 then allowance = 0 end

local window, used, calls, paid, leases, gone = nil, 0, 0, 0, {}, {}
local asked_before, granted_before = 0, 0
-- Of the window before: the numbers of questions and debts go on in the next one.
local asked_then, paid_then, latest = 0, 0, {}
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local name, value = stored[i], stored[i + 1]
  if name == 'w' then window = tonumber(value)
  elseif name == 'used' then used = tonumber(value)
  elseif name == 'n' then calls = tonumber(value)
  elseif name == 'o:' .. lessee then
    local a, b, c = string.match(value, '^(%d+) (%d+) (%d+)$')
    paid, asked_before, granted_before = tonumber(a), tonumber(b), tonumber(c)
    latest['p:' .. lessee] = a .. ' ' .. b
  elseif string.sub(name, 1, 2) == 'o:' then
    latest['p:' .. string.sub(name, 3)] = string.match(value, '^%d+ %d+')
  elseif name == 'p:' .. lessee then
    local a, b = string.match(value, '^(%d+) (%d+)$')
    paid_then, asked_then = tonumber(a), tonumber(b)
  elseif string.sub(name, 1, 2) == 'h:' then
    local units, expires = string.match(value, '^(%d+) (%d+)$')
    leases[#leases + 1] = {name, tonumber(units), tonumber(expires)}
  end
end
-- One that was overtaken by a later question, whose answer nobody awaits any more.
asked_before, paid = math.max(asked_before, asked_then), math.max(paid, paid_then)
if number <= asked_before then return {0} end
local mine, others, recorded = 'h:' .. lessee, 0, 0
-- What was held of another window has ended with it, also where others have begun this one.
if window ~= first or known_window ~= first then kept, returned, refund = 0, 0, 0 end
if window ~= first then
  used, calls, granted_before = 0, 0, 0
  if window then redis.call('DEL', KEYS[1]) end
  for name, numbers in pairs(latest) do redis.call('HSET', KEYS[1], name, numbers) end
else
  for _, one in ipairs(leases) do
    if one[1] == mine then recorded = one[2]
    elseif one[3] <= now then
      used = used + one[2]
      gone[#gone + 1] = one[1]
    else others = others + one[2] end
  end
end
-- Only of one that lost its memory: what was not used after all makes less of it.
if known_window == first and known_calls > calls then used, calls = math.max(used, known_used), known_calls end
used = used + math.max(recorded - kept - returned, 0)
if owed > 0 and debt > paid then used = used + owed end
if unsure > 0 and asked_before >= unsure then used = math.max(used - granted_before, 0) end
if refund > 0 and asked_before == number - 1 and window == first then used = math.max(used - refund, 0) end
-- What is too much, the lessee gives back with its next question, but for what it has spent by then.
local keeps = math.max(0, math.min(kept, allowance - used - others))
local left = math.max(0, allowance - used - others - kept)
local granted = math.min(waiting, left)
left = left - granted
used = used + granted
-- What all hold together is lost if all are killed, and admitted once more if this memory is lost: nothing of a small
-- quota. Half of what may be held yet: others ask as well.
local room = (limit < 16000 and 0 or math.floor(limit / 1000)) - others - kept
local added = math.max(0, math.min(wanted - kept, math.floor(left / 64), math.ceil(room / 2)))
left = left - added

if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
redis.call('HSET', KEYS[1], 'w', string.format('%.0f', first), 'used', string.format('%.0f', used), 'n', string.format('%.0f', calls + 1))
redis.call('HSET', KEYS[1], 'o:' .. lessee, string.format('%.0f %.0f %.0f', math.max(debt, paid), number, granted + added))
if kept + added > 0 then
  redis.call('HSET', KEYS[1], mine, string.format('%d %.0f', kept + added, now + lease))
else
  redis.call('HDEL', KEYS[1], mine)
end
redis.call('EXPIREAT', KEYS[1], string.format('%.0f', last + 3600))
-- Rounded down: nothing of this window is spent after it.
local rest = math.floor((last * 1000000 - now) / 1000)
return {1, granted, added, keeps, left, used, allowance, first, rest, others, calls + 1}
)lua";

const std::string_view kReport = R"lua(
local lessee, number = ARGV[1], tonumber(ARGV[2])
if tonumber(redis.call('HGET', KEYS[2], lessee) or 0) >= number then return 0 end
local hour = string.format('%.0f', math.floor(now / 3600000000))
for i = 3, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i] .. '/' .. hour, ARGV[i + 1])
end
redis.call('HSET', KEYS[2], lessee, ARGV[2])
redis.call('EXPIRE', KEYS[2], 3600)
return 1
)lua";

}  // namespace turnpike::limits::scripts
