// The relay: the only thing that stands between the verifier and a service, in both directions and in both sandboxes.
//
// The verifier dials it and speaks frames (`pair.mjs`), so that the end of a connection is told as it was (a FIN, a reset,
// a refused connection), whatever proxies carry the bytes. Link faults live here, and the pools that replicas are in.
//
// First line of every connection from the verifier: JSON {token, verb}, verb one of
//   control          JSON lines both ways; requests {id, do, ...}, answers {id, ...}, events {event: "accepted", link, conn}
//                    and {event: "rotated", pool, member, ready}
//   dial {name}      answers {ok: true} or {ok: false, errno} on a line, then frames; of a pool, the answer has its member
//   take {conn}      the same, for a connection that a service opened to a link
//   serve {link}     JSON lines: the accepted events of this link come here instead
// It ends when its control connection does, so a killed verifier leaves no relay behind. One that goes before it asked
// for anything is a verifier that gave the attempt up: it will try again.

import net from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { Pair, faults, openPairs, pairs } from './pair.mjs';
import { Pool, inTime } from './pool.mjs';

const FIRST_LINE_LIMIT = 1024;
const FIRST_LINE_MS = 2000;
const CONTROL_WITHIN_MS = 15000;
const TAKE_WITHIN_MS = 10000;
const MAX_PAIRS = 4096;
// How long a member of a pool may take to accept while another one could: what is gone with its machine refuses nothing.
const HURRIED_MS = 250;

const token = Buffer.from(process.env.RELAY_TOKEN ?? '');
const harnessHost = process.env.RELAY_HARNESS_HOST ?? '127.0.0.1';
const harnessPort = Number(process.env.RELAY_HARNESS_PORT ?? 0);
const serviceHost = process.env.RELAY_SERVICE_HOST ?? '127.0.0.1';

const targets = new Map(); // name -> {host, port}
const pools = new Map(); // name -> Pool
const links = new Map(); // name -> net.Server
const takers = new Map(); // name of a link -> the connection that hears of what it accepts
const waiting = new Map(); // conn -> {socket, link, timer}
const reaching = new Map(); // name of a target -> Set of sockets that are not connected yet
let control = null;
let lastConn = 0;

function line(socket, value) {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}

function pair(name, harness, peer, window, rest, member) {
  line(harness, { ok: true, member });
  const made = new Pair(name, harness, peer, window);
  if (rest.length) made.fromHarness(rest);
  harness.resume();
}

function failWith(peer, code) {
  peer.destroy(Object.assign(new Error(code), { code }));
}

// Opens a connection to a target, unless the harness leaves meanwhile; `done(errno, peer)` has one of both.
function reach(harness, name, within_ms, done) {
  const target = targets.get(name);
  if (!target) return done('ENOENT');
  if (faults.get(name)?.refuse) return done('ECONNREFUSED');
  const peer = net.connect({ ...target, noDelay: true, allowHalfOpen: true });
  const late = inTime(within_ms, () => failWith(peer, 'ETIMEDOUT'));
  const leave = () => peer.destroy();
  const onError = (error) => settle(error.code ?? 'EIO');
  const settle = (errno) => {
    late.cancel();
    reaching.get(name)?.delete(peer);
    harness.off('close', leave);
    peer.off('error', onError);
    done(errno, peer);
  };
  if (!reaching.has(name)) reaching.set(name, new Set());
  reaching.get(name).add(peer);
  harness.once('close', leave);
  peer.once('error', onError);
  peer.once('connect', () => settle(''));
  return undefined;
}

function dial(harness, { name, window = 0, within_ms = 3000 }, rest) {
  const refuse = (errno) => {
    line(harness, { ok: false, errno });
    harness.end();
  };
  if (openPairs() >= MAX_PAIRS) return refuse('EMFILE');
  const pool = pools.get(name);
  if (pool) return dialPool(harness, pool, { window, within_ms, refuse }, rest);
  return reach(harness, name, within_ms, (errno, peer) => {
    if (errno) refuse(errno);
    else pair(name, harness, peer, window, rest);
  });
}

// A member that takes no connection had nothing of the request, so the next one may have it.
function dialPool(harness, pool, { window, within_ms, refuse }, rest) {
  const ends = performance.now() + within_ms;
  const tried = new Set();
  const attempt = (last) => {
    const left = ends - performance.now();
    const member = left > 0 && !harness.destroyed ? pool.next(tried) : undefined;
    if (!member) return refuse(last);
    tried.add(member);
    const most = pool.hasAnother(tried) ? Math.min(HURRIED_MS, left) : left;
    return reach(harness, member.target, most, (errno, peer) => {
      if (!errno) return pair(member.target, harness, peer, window, rest, member.label);
      pool.mark(member, false);
      return attempt(errno);
    });
  };
  return attempt('ECONNREFUSED');
}

function take(harness, { conn, window = 0 }, rest) {
  const entry = waiting.get(conn);
  if (!entry) {
    line(harness, { ok: false, errno: 'ENOENT' });
    harness.end();
    return;
  }
  waiting.delete(conn);
  clearTimeout(entry.timer);
  entry.socket.removeAllListeners('error');
  pair(entry.link, harness, entry.socket, window, rest);
}

function accepted(link, socket) {
  const fault = faults.get(link);
  socket.setNoDelay(true);
  if (fault?.refuse || openPairs() + waiting.size >= MAX_PAIRS) {
    socket.resetAndDestroy();
    return;
  }
  lastConn += 1;
  const conn = lastConn;
  const timer = setTimeout(() => {
    waiting.delete(conn);
    socket.resetAndDestroy();
  }, TAKE_WITHIN_MS);
  socket.on('error', () => {});
  waiting.set(conn, { socket, link, timer });
  line(takers.get(link) ?? control, { event: 'accepted', link, conn });
}

function serve(socket, { link }) {
  takers.set(link, socket);
  socket.on('close', () => takers.delete(link));
  line(socket, { ok: true });
  socket.resume();
}

function listen(link, port, answer) {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => accepted(link, socket));
  server.on('error', (error) => answer({ errno: error.code }));
  server.listen(port, serviceHost, 1024, () => {
    links.set(link, server);
    answer({ port: server.address().port });
  });
}

function setPool({ name, members, path }) {
  const locate = (target) => ({ ...targets.get(target), fault: faults.get(target) });
  const rotated = (member, ready) => line(control, { event: 'rotated', pool: name, member, ready });
  if (!pools.has(name)) pools.set(name, new Pool(path, locate, rotated));
  pools.get(name).set(members);
}

function unmap(name) {
  const was = targets.delete(name);
  for (const peer of reaching.get(name) ?? []) failWith(peer, 'ECONNREFUSED');
  reaching.delete(name);
  for (const pool of pools.values()) pool.lose(name);
  return was;
}

function endPool(name) {
  pools.get(name)?.close();
  return pools.delete(name);
}

const requests = {
  map: ({ name, host, port }, answer) => answer({ ok: Boolean(targets.set(name, { host, port })) }),
  unmap: ({ name }, answer) => answer({ ok: unmap(name) }),
  pool: (request, answer) => answer({ ok: true, ...setPool(request) }),
  unpool: ({ name }, answer) => answer({ ok: endPool(name) }),
  listen: ({ link, port = 0 }, answer) => listen(link, port, answer),
  // From now on a connection to the link is refused by the kernel; those there are stay.
  shut: ({ link }, answer) => answer({ ok: Boolean(links.get(link)?.close()) }),
  fault: ({ name, fault }, answer) => answer({ ok: Boolean(faults.set(name, fault)) }),
  sever: ({ name, how }, answer) => {
    const severed = [...(pairs.get(name) ?? [])];
    for (const one of severed) one.sever(how);
    answer({ severed: severed.length });
  },
  stat: (_, answer) => answer({ open: Object.fromEntries([...pairs].map(([name, set]) => [name, set.size])) }),
};

function awaitControl() {
  setTimeout(() => {
    if (control === null) process.exit(3);
  }, CONTROL_WITHIN_MS).unref();
}

function takeControl(socket, rest) {
  control = socket;
  let asked = false;
  let text = rest.toString();
  const drain = () => {
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const request = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      asked = true;
      requests[request.do](request, (value) => line(socket, { id: request.id, ...value }));
    }
  };
  socket.on('data', (chunk) => {
    text += chunk;
    drain();
  });
  socket.on('close', () => {
    if (asked) process.exit(0);
    control = null;
    awaitControl();
  });
  line(socket, { ok: true });
  drain();
  socket.resume();
}

function sameToken(given) {
  const other = Buffer.from(String(given));
  return other.length === token.length && timingSafeEqual(other, token);
}

function begin(socket, firstLine, rest) {
  let request;
  try {
    request = JSON.parse(firstLine);
  } catch {
    return socket.destroy();
  }
  if (!sameToken(request.token)) return socket.destroy();
  if (request.verb === 'control' && control === null) return takeControl(socket, rest);
  if (request.verb === 'dial') return dial(socket, request, rest);
  if (request.verb === 'take') return take(socket, request, rest);
  if (request.verb === 'serve') return serve(socket, request);
  return socket.destroy();
}

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  let head = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), FIRST_LINE_MS);
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  const onData = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(10);
    if (end < 0 && head.length < FIRST_LINE_LIMIT) return;
    clearTimeout(timer);
    socket.off('data', onData);
    socket.pause();
    if (end < 0) socket.destroy();
    else begin(socket, head.subarray(0, end).toString(), head.subarray(end + 1));
  };
  socket.on('data', onData);
});

server.listen(harnessPort, harnessHost, 1024, () => {
  process.stdout.write(`${JSON.stringify({ ready: true, port: server.address().port })}\n`);
});
awaitControl();
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => {});
