// The tunnel: takes what services open to the relay's links of backing services, and splices it to servers on this
// machine's loopback, which no container can reach. It stands apart from the verifier, so that a thousand queries
// a second do not make its load generator late.
//
// Standard input: JSON lines
//   {do: 'relay', host, port, token}   where the relay is; once, first
//   {do: 'serve', link, port}          connections to `link` go to 127.0.0.1:port from now on
//   {do: 'freeze' | 'thaw', link}      hold all bytes of `link`, both ways and ends too, as a cut cable does
//   {do: 'tally', link, as}            how much came from a PostgreSQL behind `link` since the beginning
//   {do: 'guard', pid, up}             a server to end if the verifier dies
//   {do: 'own', folder}                a folder to remove then
//   {do: 'bye'}                        end; neither is done
// Standard output: {ok: link} once a `serve` holds, {ok: as, bytes, failed} to a `tally`, {ready: true} at the start.

import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { Answers } from './answers.mjs';

const DATA = 0;
const FIN = 1;
const RST = 2;
const CLOSE = 4;
const HEAD_BYTES = 5;

const links = new Map(); // link -> {port, frozen, splices, tally}
const guarded = new Set();
const END_WITHIN_MS = 1500;
const RELAY_FIRST_MS = 500;
const REMOVALS = 40;
let isLeaving = false;
let owned = '';
let relay = null;

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function frame(type, length = 0) {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head[0] = type;
  head.writeUInt32BE(length, 1);
  return head;
}

// Reads the relay's first line, then hands on what follows it.
function attach(verb, values, onAnswer) {
  const socket = net.connect({ host: relay.host, port: relay.port, noDelay: true, allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(`${JSON.stringify({ token: relay.token, verb, ...values })}\n`);
  let head = Buffer.alloc(0);
  const onData = (chunk) => {
    head = head.length ? Buffer.concat([head, chunk]) : chunk;
    const end = head.indexOf(10);
    if (end < 0) return;
    socket.off('data', onData);
    const answer = JSON.parse(head.subarray(0, end).toString());
    if (answer.ok) onAnswer(head.subarray(end + 1));
    else socket.destroy();
  };
  socket.on('data', onData);
  return socket;
}

class Splice {
  constructor(link, conn) {
    this.link = link;
    this.rest = Buffer.alloc(0);
    this.server = null;
    this.answers = link.tally && new Answers(link.tally);
    this.relay = attach('take', { conn }, (rest) => this.begin(rest));
    this.relay.on('end', () => {
      this.server?.destroy();
      this.relay.end();
    });
    this.relay.on('close', () => this.leave());
    link.splices.add(this);
  }

  begin(rest) {
    this.rest = rest;
    if (this.link.frozen) this.relay.pause();
    else this.reach();
  }

  reach() {
    const server = net.connect({ host: '127.0.0.1', port: this.link.port, noDelay: true, allowHalfOpen: true });
    this.server = server;
    server.on('data', (chunk) => this.fromServer(chunk));
    server.on('end', () => this.tell(FIN));
    server.on('error', () => this.tell(RST));
    server.on('close', () => this.relay.end());
    server.on('drain', () => this.flow(this.relay));
    this.relay.on('drain', () => this.flow(server));
    this.relay.on('data', (chunk) => this.fromRelay(chunk));
    this.relay.resume();
    if (this.rest.length) this.fromRelay(Buffer.alloc(0));
  }

  tell(type) {
    if (this.relay.writable) this.relay.write(frame(type));
  }

  fromServer(chunk) {
    this.answers?.take(chunk);
    if (!this.relay.writable) return;
    this.relay.cork();
    this.relay.write(frame(DATA, chunk.length));
    const room = this.relay.write(chunk);
    this.relay.uncork();
    if (!room) this.server.pause();
  }

  fromRelay(chunk) {
    let rest = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt32BE(1);
      if (rest.length < HEAD_BYTES + length) break;
      this.act(rest[0], rest.subarray(HEAD_BYTES, HEAD_BYTES + length));
      rest = rest.subarray(HEAD_BYTES + length);
    }
    this.rest = rest;
  }

  act(type, payload) {
    const { server } = this;
    if (server.destroyed) return;
    if (type === DATA && !server.write(payload)) this.relay.pause();
    else if (type === FIN) server.end();
    else if (type === RST) server.resetAndDestroy();
    else if (type === CLOSE) server.destroy();
  }

  flow(socket) {
    if (!this.link.frozen) socket.resume();
  }

  freeze() {
    this.relay.pause();
    this.server?.pause();
  }

  thaw() {
    if (this.server === null) {
      if (this.relay.isPaused()) this.reach();
      return;
    }
    if (!this.server.writableNeedDrain) this.relay.resume();
    if (!this.relay.writableNeedDrain) this.server.resume();
  }

  leave() {
    this.link.splices.delete(this);
    this.server?.destroy();
  }
}

function serve(name, port) {
  const known = links.get(name);
  if (known) {
    known.port = port;
    say({ ok: name });
    return;
  }
  const tally = name === 'postgres' ? { bytes: 0, failed: 0 } : null;
  const link = { port, frozen: false, splices: new Set(), tally };
  links.set(name, link);
  let text = '';
  const onText = (chunk) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      new Splice(link, JSON.parse(text.slice(0, end)).conn);
      text = text.slice(end + 1);
    }
  };
  const socket = attach('serve', { link: name }, (rest) => {
    socket.on('data', onText);
    onText(rest);
    say({ ok: name });
  });
  // The relay ends with the verifier too, and sometimes first: then there is still to be cleaned up.
  socket.on('close', () => setTimeout(() => isLeaving || process.exit(1), RELAY_FIRST_MS));
}

function freeze(name, frozen) {
  const link = links.get(name);
  if (!link || link.frozen === frozen) return;
  link.frozen = frozen;
  for (const splice of link.splices) {
    if (frozen) splice.freeze();
    else splice.thaw();
  }
}

const commands = {
  relay: (given) => {
    relay = given;
  },
  serve: ({ link, port }) => serve(link, port),
  freeze: ({ link }) => freeze(link, true),
  thaw: ({ link }) => freeze(link, false),
  own: ({ folder }) => {
    owned = folder;
  },
  tally: ({ link, as }) => say({ ok: as, ...links.get(link)?.tally }),
  guard: ({ pid, up }) => (up ? guarded.add(pid) : guarded.delete(pid)),
  bye: () => process.exit(0),
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
});
function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it has ended
  }
}

function runs(pid) {
  if (!signal(pid, 0)) return false;
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1')); // ended, and not yet collected
  } catch {
    return process.platform !== 'linux';
  }
}

// What a server started may write for a moment after it.
function removeOwned(tries) {
  try {
    if (owned) rmSync(owned, { recursive: true, force: true });
  } catch {
    if (tries > 1) return setTimeout(removeOwned, 50, tries - 1);
  }
  return process.exit(0);
}

// Without a goodbye the verifier was killed: its servers end with it, in order if they can (PostgreSQL then gives its
// shared memory back), and their files go.
lines.on('close', () => {
  isLeaving = true;
  for (const pid of guarded) for (const name of ['SIGCONT', 'SIGQUIT']) signal(pid, name);
  const ends = performance.now() + END_WITHIN_MS;
  const leave = () => {
    const left = [...guarded].filter(runs);
    if (left.length && performance.now() < ends) return setTimeout(leave, 10);
    for (const pid of left) signal(pid, 'SIGKILL');
    return removeOwned(REMOVALS);
  };
  leave();
});
process.on('SIGINT', () => {});
say({ ready: true });
