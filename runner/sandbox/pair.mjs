// Two connections joined: frames on the verifier's side, bytes on the service's, and the faults of the link between.
//
// A frame is 1 byte type, 4 bytes length, payload.

const DATA = 0;
const FIN = 1;
const RST = 2;
const CREDIT = 3;
const CLOSE = 4;
const HEAD_BYTES = 5;

export const faults = new Map(); // name -> {latency_ms, rate_kbps, refuse, blackhole}
export const pairs = new Map(); // name -> Set<Pair>
let count = 0;

export function openPairs() {
  return count;
}

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

// `harness` is the verifier's connection, on which frames are spoken; `peer` the service's, on which bytes are.
export class Pair {
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
    count += 1;
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
    count -= 1;
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
