// The relay: the only thing that stands between the verifier and a service, in both directions and in both sandboxes.
//
// The verifier dials it and speaks frames (1 byte type, 4 bytes length, payload), so that the end of a connection is
// told as it was (a FIN, a reset, a refused connection), whatever proxies carry the bytes. Link faults live here.
//
// First line of every connection from the verifier: JSON {token, verb}, verb one of
//   control          JSON lines both ways; requests {id, do, ...}, answers {id, ...}, events {event: "accepted", link, conn}
//   dial {name}      answers {ok: true} or {ok: false, errno} on a line, then frames
//   take {conn}      the same, for a connection that a service opened to a link
//   serve {link}     JSON lines: the accepted events of this link come here instead
// It ends when its control connection does, so a killed verifier leaves no relay behind.

import net from 'node:net';
import { timingSafeEqual } from 'node:crypto';

const DATA = 0;
const FIN = 1;
const RST = 2;
const CREDIT = 3;
const CLOSE = 4;
const HEAD_BYTES = 5;
const FIRST_LINE_LIMIT = 1024;
const FIRST_LINE_MS = 2000;
const CONTROL_WITHIN_MS = 15000;
const TAKE_WITHIN_MS = 10000;
const MAX_PAIRS = 4096;

const token = Buffer.from(process.env.RELAY_TOKEN ?? '');
const harnessHost = process.env.RELAY_HARNESS_HOST ?? '127.0.0.1';
const harnessPort = Number(process.env.RELAY_HARNESS_PORT ?? 0);
const serviceHost = process.env.RELAY_SERVICE_HOST ?? '127.0.0.1';

const targets = new Map(); // name -> {host, port}
const links = new Map(); // name -> net.Server
const takers = new Map(); // name of a link -> the connection that hears of what it accepts
const faults = new Map(); // name -> {latency_ms, rate_kbps, refuse, blackhole}
const pairs = new Map(); // name -> Set<Pair>
const waiting = new Map(); // conn -> {socket, link, timer}
let control = null;
let lastConn = 0;
let openPairs = 0;

function frame(type, payload) {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head[0] = type;
  head.writeUInt32BE(payload ? payload.length : 0, 1);
  return head;
}

// One direction of a pair: hands chunks on in order, late or slowly where the link has faults.
class Lane {
  constructor(name, deliver) {
    this.name = name;
    this.deliver = deliver;
    this.freeAt = 0;
    this.queued = 0;
  }

  push(action, bytes) {
    const fault = faults.get(this.name);
    if (fault?.blackhole) return;
    if (!fault?.latency_ms && !fault?.rate_kbps && this.queued === 0) {
      this.deliver(action);
      return;
    }
    const now = performance.now();
    const spent = fault?.rate_kbps ? bytes / fault.rate_kbps : 0;
    this.freeAt = Math.max(this.freeAt, now + (fault?.latency_ms ?? 0)) + spent;
    this.queued += 1;
    setTimeout(() => {
      this.queued -= 1;
      this.deliver(action);
    }, this.freeAt - now);
  }
}

class Pair {
  constructor(name, harness, peer, window) {
    this.name = name;
    this.harness = harness;
    this.peer = peer;
    this.credit = window > 0 ? window : Infinity;
    this.pending = Buffer.alloc(0);
    this.peerEnded = false;
    this.toPeer = new Lane(name, (action) => action());
    this.toHarness = new Lane(name, (action) => action());
    if (!pairs.has(name)) pairs.set(name, new Set());
    pairs.get(name).add(this);
    openPairs += 1;
    this.wire();
  }

  wire() {
    const { harness, peer } = this;
    peer.on('data', (chunk) => this.fromPeer(chunk));
    peer.on('end', () => this.tell(FIN));
    peer.on('error', () => this.tell(RST));
    peer.on('close', () => this.toHarness.push(() => harness.end(), 0));
    peer.on('drain', () => harness.resume());
    harness.on('data', (chunk) => this.fromHarness(chunk));
    harness.on('drain', () => this.resumePeer());
    harness.on('error', () => peer.destroy());
    harness.on('close', () => this.drop());
    peer.resume();
  }

  drop() {
    if (!pairs.get(this.name)?.delete(this)) return;
    openPairs -= 1;
    this.peer.destroy();
  }

  tell(type) {
    if (this.peerEnded) return;
    this.peerEnded = true;
    this.toHarness.push(() => this.harness.write(frame(type)), 0);
  }

  fromPeer(chunk) {
    this.credit -= chunk.length;
    if (this.credit <= 0) this.peer.pause();
    this.toHarness.push(() => {
      this.harness.cork();
      this.harness.write(frame(DATA, chunk));
      const room = this.harness.write(chunk);
      this.harness.uncork();
      if (!room) this.peer.pause();
    }, chunk.length);
  }

  resumePeer() {
    if (this.credit > 0 && !this.harness.writableNeedDrain) this.peer.resume();
  }

  fromHarness(chunk) {
    let rest = this.pending.length ? Buffer.concat([this.pending, chunk]) : chunk;
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt32BE(1);
      if (rest.length < HEAD_BYTES + length) break;
      this.act(rest[0], rest.subarray(HEAD_BYTES, HEAD_BYTES + length));
      rest = rest.subarray(HEAD_BYTES + length);
    }
    this.pending = rest;
  }

  act(type, payload) {
    if (type === CREDIT) {
      this.credit += payload.readUInt32BE(0);
      this.resumePeer();
      return;
    }
    this.toPeer.push(() => this.toward(type, payload), payload.length);
  }

  toward(type, payload) {
    const { peer, harness } = this;
    if (peer.destroyed) return;
    if (type === DATA && !peer.write(payload)) harness.pause();
    else if (type === FIN) peer.end();
    else if (type === RST) peer.resetAndDestroy();
    else if (type === CLOSE) peer.destroy();
  }

  sever(how) {
    if (how === 'reset') this.peer.resetAndDestroy();
    else this.peer.destroy();
    this.tell(how === 'reset' ? RST : FIN);
    this.harness.end();
  }
}

function line(socket, value) {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}

function pair(name, harness, peer, window, rest) {
  line(harness, { ok: true });
  const made = new Pair(name, harness, peer, window);
  if (rest.length) made.fromHarness(rest);
  harness.resume();
}

function dial(harness, { name, window = 0, within_ms = 3000 }, rest) {
  const target = targets.get(name);
  const refuse = (errno) => {
    line(harness, { ok: false, errno });
    harness.end();
  };
  if (!target) return refuse('ENOENT');
  if (faults.get(name)?.refuse) return refuse('ECONNREFUSED');
  if (openPairs >= MAX_PAIRS) return refuse('EMFILE');
  const peer = net.connect({ ...target, noDelay: true, allowHalfOpen: true });
  const timer = setTimeout(() => peer.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })), within_ms);
  const onError = (error) => {
    clearTimeout(timer);
    refuse(error.code ?? 'EIO');
  };
  harness.once('close', () => peer.destroy());
  peer.once('error', onError);
  peer.once('connect', () => {
    clearTimeout(timer);
    peer.off('error', onError);
    pair(name, harness, peer, window, rest);
  });
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
  if (fault?.refuse || openPairs + waiting.size >= MAX_PAIRS) {
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

const requests = {
  map: ({ name, host, port }, answer) => answer({ ok: Boolean(targets.set(name, { host, port })) }),
  unmap: ({ name }, answer) => answer({ ok: targets.delete(name) }),
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

function takeControl(socket, rest) {
  control = socket;
  let text = rest.toString();
  const drain = () => {
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const request = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      requests[request.do](request, (value) => line(socket, { id: request.id, ...value }));
    }
  };
  socket.on('data', (chunk) => {
    text += chunk;
    drain();
  });
  socket.on('close', () => process.exit(0));
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
setTimeout(() => {
  if (control === null) process.exit(3);
}, CONTROL_WITHIN_MS).unref();
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => {});
