// A pool: several members behind one name, given connections in turn, as a load balancer does that obeys readiness.
//
// A member is ready or it is not. It becomes ready when its readiness path answers 200, and stops being so at once: at
// another answer, at none within a second, at a refused connection, a client's or a check's. Each check has a connection
// of its own, so that none lies idle at a service that is told to leave.

import http from 'node:http';

const CHECK_EVERY_MS = 50;
const CHECK_WITHIN_MS = 1000;

// Calls `late` after `ms`, unless it is cancelled; what has arrived by then is read first, so that a relay that the machine
// held up for a while blames no service for it.
export function inTime(ms, late) {
  let isOver = false;
  const timer = setTimeout(() => setImmediate(() => isOver || late()), ms);
  return {
    cancel() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

class Member {
  constructor(label, target) {
    this.label = label;
    this.target = target;
    this.ready = false;
    this.timer = null;
    this.check = null;
  }
}

export class Pool {
  // `locate(target)` answers where a target is and the faults of the way there; `onChange(label, ready)` hears changes.
  constructor(path, locate, onChange) {
    this.path = path;
    this.locate = locate;
    this.onChange = onChange;
    this.members = [];
    this.turn = 0;
  }

  // `wanted` lists [label, target] in the order of their turns; a member of the same label and target stays as it is.
  set(wanted) {
    const before = new Map(this.members.map((member) => [`${member.label} ${member.target}`, member]));
    this.members = wanted.map(([label, target]) => {
      const key = `${label} ${target}`;
      const kept = before.get(key);
      before.delete(key);
      return kept ?? new Member(label, target);
    });
    for (const gone of before.values()) this.leave(gone);
    for (const member of this.members) if (!member.check && !member.timer) this.ask(member);
  }

  close() {
    for (const member of this.members) this.leave(member);
    this.members = [];
  }

  // The ready member whose turn it is, and which is not among `tried`; undefined where there is none.
  next(tried) {
    const count = this.members.length;
    for (let step = 0; step < count; step += 1) {
      const at = (this.turn + step) % count;
      const member = this.members[at];
      if (member.ready && !tried.has(member)) {
        this.turn = (at + 1) % count;
        return member;
      }
    }
    return undefined;
  }

  hasAnother(tried) {
    return this.members.some((member) => member.ready && !tried.has(member));
  }

  mark(member, ready) {
    if (member.ready === ready) return;
    member.ready = ready;
    this.onChange(member.label, ready);
  }

  // A target is nowhere any more.
  lose(target) {
    for (const member of this.members.filter((one) => one.target === target)) {
      member.check?.destroy(new Error('gone'));
      this.mark(member, false);
    }
  }

  leave(member) {
    clearTimeout(member.timer);
    const { check } = member;
    member.timer = member.check = null;
    check?.destroy();
    this.mark(member, false);
  }

  ask(member) {
    const { host, port, fault } = this.locate(member.target);
    if (!port || fault?.refuse) {
      this.settle(member, false);
      return;
    }
    const headers = { host: 'service', connection: 'close' };
    const check = http.get({ host, port, path: this.path, agent: false, headers });
    member.check = check;
    const told = (ready) => {
      if (member.check === check) this.settle(member, ready);
    };
    const late = inTime(CHECK_WITHIN_MS, () => {
      told(false);
      check.destroy();
    });
    check.on('close', () => late.cancel());
    check.on('error', () => told(false));
    check.on('response', (response) => {
      response.on('error', () => {});
      if (fault?.blackhole) return;
      response.resume();
      told(response.statusCode === 200);
    });
  }

  // One check is over: its answer counts, and the next is due a little later.
  settle(member, ready) {
    member.check = null;
    member.timer = setTimeout(() => {
      member.timer = null;
      this.ask(member);
    }, CHECK_EVERY_MS);
    this.mark(member, ready);
  }
}
