/** The functions that all scripts share. */
export const prelude = `
local P, a = ARGV[1], cjson.decode(ARGV[2])
local call = redis.call

local function key(kind, ...)
  local name, parts = P .. kind, {...}
  for n, part in ipairs(parts) do
    name = name .. ':' .. (n < #parts and #part .. ':' or '') .. part
  end
  return name
end

local function changed(id)
  call('PUBLISH', P .. 'changes', id)
end

-- a sorted set by expiry: expired members are removed, and the set expires with its last member
local function addTo(index, member, expires)
  call('ZREMRANGEBYSCORE', index, '-inf', call('TIME')[1] * 1000)
  call('ZADD', index, expires, member)
  call('PEXPIREAT', index, call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])
end

local function indexOf(kind, iss, value)
  return key('by-' .. kind, iss, value)
end

-- sub exists exactly while a user is logged in, sid only if the ID Token had one
local function indexesOf(iss, sid, sub)
  local bySid = sid and indexOf('sid', iss, sid) or key('without-sid', iss)
  return { bySid, indexOf('sub', iss, sub) }
end

local function index(id)
  local iss, sid, sub, expires = unpack(call('HMGET', key('session', id), 'iss', 'sid', 'sub', 'expires'))
  for _, set in ipairs(indexesOf(iss, sid, sub)) do addTo(set, id, expires) end
end

local function unindex(id)
  local iss, sid, sub = unpack(call('HMGET', key('session', id), 'iss', 'sid', 'sub'))
  if not sub then return end
  for _, set in ipairs(indexesOf(iss, sid, sub)) do call('ZREM', set, id) end
end

local function forget(id)
  unindex(id)
  call('ZREM', P .. 'visits', id)
  call('DEL', key('session', id))
end

local function finish(ids, ended)
  local done = {}
  for _, id in ipairs(ids) do
    local session = key('session', id)
    local sub, sid, since = unpack(call('HMGET', session, 'sub', 'sid', 'since'))
    if sub then
      unindex(id)
      call('HDEL', session, 'login', 'tokens', 'sid', 'sub')
      call('HSET', session, 'ended', ended)
      changed(id)
      done[#done + 1] = { id, sub, sid, since }
    end
  end
  return done
end

-- The logout that overtook a login: the login was requested before it arrived, and the user has not authenticated again
-- since.
local function overtaken()
  for _, one in ipairs({ { 'sid', a.sid }, { 'sub', a.sub }, { 'sub-without-sid', not a.sid and a.sub or nil } }) do
    local kind, value = unpack(one)
    if value then
      local at, iat, by = unpack(call('HMGET', key('ended', kind, a.iss, a.client, value), 'at', 'iat', 'by'))
      if at and tonumber(at) >= a.startedAt and tonumber(iat) >= a.authenticatedAt then return { by, at } end
    end
  end
end

-- of each login its client ID and its sid or false; without sub, those that have no sid
local function loginsOf(iss, sub, most)
  local logins, index = {}, sub and indexOf('sub', iss, sub) or key('without-sid', iss)
  -- the last ones: those before them may have expired
  for _, id in ipairs(call('ZREVRANGE', index, 0, most - 1)) do
    local client, sid = unpack(call('HMGET', key('session', id), 'client', 'sid'))
    if client then logins[#logins + 1] = { client, sid } end
  end
  return logins
end

-- newest first, each as SEQ AT JSON, and what the event lacks as further lines
local function append(event, lacks)
  local seq, events = call('INCR', P .. 'event-seq'), key('events', event.type)
  call('LPUSH', events, seq .. ' ' .. event.at .. ' ' .. event.event .. (lacks or ''))
  call('LTRIM', events, 0, event.most - 1)
  local last = call('LINDEX', events, -1)
  while last and tonumber(last:match('^%d+ (%d+)')) <= event.oldest do
    call('RPOP', events)
    last = call('LINDEX', events, -1)
  end
  call('PEXPIRE', events, event.lifetime)
  if event.record then changed(event.record) end
end

local function lineOf(list)
  return '\\n' .. (#list > 0 and cjson.encode(list) or '[]')
end

local function forgetPendingLogin(state)
  local login = key('pending-login', state)
  local iss, client, browser = unpack(call('HMGET', login, 'iss', 'client', 'browser'))
  if iss then call('ZREM', key('asked', iss, client), state) end
  if browser then call('ZREM', key('logins-of', browser), state) end
  call('ZREM', P .. 'pending-logins', state)
  call('ZREM', P .. 'anonymous-logins', state)
  call('DEL', login)
end
`;
