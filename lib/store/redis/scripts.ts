/** The steps that must be atomic: Redis runs one script at a time, from start to end.
 *
 * A script finds out which keys it needs (the indexes of the sessions that it ends), so it gets their prefix instead of
 * their names. A Redis cluster, which must know the names in advance, is therefore out of scope. */
import { createHash } from "node:crypto";
import { prelude } from "./prelude.ts";

export interface Script {
  source: string;
  sha: string;
}

const script = (body: string): Script => {
  const source = prelude + body;
  return { source, sha: createHash("sha1").update(source).digest("hex") };
};

/** Stores a field in an RP session, which is created if it does not exist. */
export const saveVisit = script(`
local session = key('session', a.id)
local new = call('EXISTS', session) == 0
call('HSET', session, a.field, a.value)
if not new then return end
call('HSET', session, 'created', a.now, 'expires', a.expires)
call('PEXPIREAT', session, a.expires)
local visits = P .. 'visits'
addTo(visits, a.id, a.expires)
while call('ZCARD', visits) > a.most do
  call('DEL', key('session', call('ZPOPMIN', visits)[1]))
end
`);

export const beginSession = script(`
local ended = overtaken()
if ended then return ended end
if a.former then
  forget(a.former)
  changed(a.former)
end
local session = key('session', a.id)
call('HSET', session, unpack(a.fields))
call('PEXPIREAT', session, a.expires)
if call('EXISTS', session) == 1 then index(a.id) end
local ofUser = indexOf('sub', a.iss, a.sub)
while call('ZCARD', ofUser) > a.most do
  local oldest = call('ZPOPMIN', ofUser)[1]
  forget(oldest)
  changed(oldest)
end
local client = key('client', a.iss, a.client)
local known = math.max(tonumber(call('GET', client) or 0), a.clientUntil)
call('SET', client, known, 'PXAT', known)
`);

export const renewLogin = script(`
local ended = overtaken()
if ended then return ended end
local session = key('session', a.id)
local iss, sub = unpack(call('HMGET', session, 'iss', 'sub'))
if iss ~= a.iss or sub ~= a.sub then return 'no-session' end
unindex(a.id)
call('HDEL', session, 'sid')
call('HSET', session, unpack(a.fields))
index(a.id)
return 'renewed'
`);

export const endSession = script("return finish({ a.id }, a.ended)");

export const endBySid = script("return finish(call('ZRANGE', indexOf('sid', a.iss, a.sid), 0, -1), a.ended)");

export const deleteSession = script(`
forget(a.id)
changed(a.id)
`);

/** Only in an existing session: a field on its own would create one that never expires. */
export const saveLogoutOutcome = script(`
local session = key('session', a.id)
if call('EXISTS', session) == 1 then call('HSET', session, 'logout', a.outcome) end
`);

/** @returns the ended sessions, and if there are none the logins that could have been meant */
export const receiveLogout = script(`
local jti = key('jti', a.iss, a.jti)
local seen = call('GET', jti)
if seen and seen ~= 'unanswered' then return 'replayed' end
call('SET', jti, 'seen', 'PXAT', a.replayableUntil)

local meant, rememberUntil = {}, a.rememberUntil
local function select(kind, value)
  for _, id in ipairs(call('ZRANGE', indexOf(kind, a.iss, value), 0, -1)) do
    local client, sid, tokensUntil = unpack(call('HMGET', key('session', id), 'client', 'sid', 'until'))
    for _, clientId in ipairs(a.clientIds) do
      if client == clientId and (kind == 'sid' or not (sid and a.sid)) then
        meant[#meant + 1] = id
        rememberUntil = math.max(rememberUntil, tonumber(tokensUntil))
      end
    end
  end
end
if a.sid then select('sid', a.sid) end
if a.sub then select('sub', a.sub) end

local function remember(kind, value)
  for _, clientId in ipairs(a.clientIds) do
    local ended = key('ended', kind, a.iss, clientId, value)
    local at, iat, expires = unpack(call('HMGET', ended, 'at', 'iat', 'expires'))
    expires = math.max(rememberUntil, tonumber(expires or 0))
    call('HSETNX', ended, 'by', a.by)
    call('HSET', ended, 'at', math.max(a.at, tonumber(at or 0)), 'iat', math.max(a.iat, tonumber(iat or 0)),
      'expires', expires)
    call('PEXPIREAT', ended, expires)
  end
end
if a.sid then remember('sid', a.sid) end
if a.sub then remember(a.sid and 'sub-without-sid' or 'sub', a.sub) end

local done = finish(meant, a.ended)
local others = #done == 0 and loginsOf(a.iss, a.sub, a.most) or {}
append(a.accepted, lineOf(done) .. lineOf(others))
for _, session in ipairs(done) do append(a.sessionEnded, lineOf(session)) end
return { done, others }
`);

/** The sender of such a token got 503, because the answer of `receiveLogout` was lost. */
export const markUnanswered = script(`
for _, logout in ipairs(a.logouts) do
  call('SET', key('jti', logout.iss, logout.jti), 'unanswered', 'XX', 'KEEPTTL')
end
`);

export const listLogins = script("return loginsOf(a.iss, a.sub, a.most)");

export const savePendingLogin = script(`
local login, all = key('pending-login', a.state), P .. 'pending-logins'
call('HSET', login, 'data', a.data, 'iss', a.iss, 'client', a.client)
call('PEXPIREAT', login, a.expires)
addTo(all, a.state, a.expires)
addTo(key('asked', a.iss, a.client), a.state, a.expires)
local anonymous = P .. 'anonymous-logins'
if a.browser then
  local own = key('logins-of', a.browser)
  call('HSET', login, 'browser', a.browser)
  addTo(own, a.state, a.expires)
  while call('ZCARD', own) > a.mostOfBrowser do
    local oldest = call('ZPOPMIN', own)[1]
    forgetPendingLogin(oldest)
  end
else
  addTo(anonymous, a.state, a.expires)
end
while call('ZCARD', all) > a.most do
  forgetPendingLogin(call('ZRANGE', anonymous, 0, 0)[1] or call('ZRANGE', all, 0, 0)[1])
end
`);

export const takePendingLogin = script(`
local login = key('pending-login', a.state)
local data, taken = unpack(call('HMGET', login, 'data', 'taken'))
if not data or taken then return false end
call('HSET', login, 'taken', 1)
return data
`);

/** The lists of what was saved drop the oldest, also those that have been taken since. */
export const savePendingLogout = script(`
local function save(name, value, list, most)
  call('LREM', list, 0, name)
  call('RPUSH', list, name)
  call('PEXPIRE', list, a.lifetime)
  while call('LLEN', list) > most do call('DEL', call('LPOP', list)) end
  if value then call('SET', name, value, 'PX', a.lifetime) end
end
local pending = key('pending-logout', a.session, a.state)
save(pending, '', key('logouts-of', a.session), a.mostOfSession)
save(pending, nil, P .. 'pending-logouts', a.most)
if a.request then save(key('logout-request', a.session), a.request, P .. 'logout-requests', a.most) end
`);

export const forgetPendingLoginOf = script("forgetPendingLogin(a.state)");

export const appendEvents = script("for _, event in ipairs(a.events) do append(event) end");

/** Other replicas keep settings in memory until they change. */
export const saveSetting = script(`
if a.once and call('EXISTS', key('setting', a.name)) == 1 then return end
if a.value then call('SET', key('setting', a.name), a.value) else call('DEL', key('setting', a.name)) end
changed(a.changed)
`);

export const releaseRefresh = script(`
local claim = key('refresh', a.id)
if call('GET', claim) == a.claimant then call('DEL', claim) end
changed(a.id)
`);
