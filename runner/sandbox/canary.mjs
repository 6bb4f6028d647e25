// The canary: what a container of the hardened profile can do that it must not, found out from inside it.
//
// It sends nothing to any outside address: it dials only the addresses in CANARY_DIAL, all of them the host's own, and
// its own gateway, and asks a resolver only where that is the engine's inner one with a dead upstream.

import { promises as dns } from 'node:dns';
import fs from 'node:fs';
import net from 'node:net';

const [port, nonce] = [Number(process.env.CANARY_PORT), process.env.CANARY_NONCE];
const read = (path) => {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

function canWrite(path) {
  try {
    fs.writeFileSync(path, 'x');
    return true;
  } catch {
    return false;
  }
}

function fillTmp() {
  const block = Buffer.alloc(2 ** 20);
  let written = 0;
  try {
    const file = fs.openSync('/tmp/fill', 'w');
    while (written < 512 * block.length) written += fs.writeSync(file, block);
  } catch {}
  try {
    fs.unlinkSync('/tmp/fill');
  } catch {}
  return written;
}

function reaches(host) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    let said = '';
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said.includes(nonce) ? host : null);
    };
    const timer = setTimeout(done, 700);
    socket.on('data', (chunk) => {
      said += chunk;
      if (said.includes(nonce)) done();
    });
    socket.on('error', done);
    socket.on('end', done);
  });
}

const status = Object.fromEntries(
  read('/proc/self/status')
    .split('\n')
    .map((line) => line.split(/:\s*/)),
);
const routes = read('/proc/net/route').trim().split('\n').slice(1).map((line) => line.split(/\s+/));
const nameservers = [...read('/etc/resolv.conf').matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]);
const hasInnerResolver = nameservers.length > 0 && nameservers.every((one) => one === '127.0.0.11');
const toDotted = (hex) => hex.match(/../g).map((byte) => Number.parseInt(byte, 16)).reverse().join('.');
const gateways = routes.filter((fields) => fields[1] === '00000000').map((fields) => toDotted(fields[2]));

// Some engines write a default route even where nobody is at its end. It leads somewhere if the gateway has answered ARP.
function liveGateways() {
  const table = read('/proc/net/arp').trim().split('\n').slice(1).map((line) => line.split(/\s+/));
  return gateways.filter((gateway) => !table.some((fields) => fields[0] === gateway && fields[2] === '0x0'));
}

async function reachesByName(name) {
  if (!hasInnerResolver || process.env.CANARY_DEAD_UPSTREAM !== '1') return { resolves: false, reached: null };
  try {
    const { address } = await dns.lookup(name, { family: 4 });
    return { resolves: true, reached: await reaches(address) };
  } catch {
    return { resolves: false, reached: null };
  }
}

const dial = new Set([...process.env.CANARY_DIAL.split(',').filter(Boolean), ...gateways]);
const [byName, ...byAddress] = await Promise.all([reachesByName('host.docker.internal'), ...[...dial].map(reaches)]);
console.log(
  JSON.stringify({
    uid: process.getuid(),
    capabilities: status.CapEff,
    no_new_privileges: status.NoNewPrivs,
    seccomp: status.Seccomp,
    gateways,
    live_gateways: liveGateways(),
    nameservers,
    resolves: byName.resolves,
    addresses6: read('/proc/net/if_inet6').split('\n').filter((line) => line && !line.endsWith(' lo')).map((line) => line.split(' ')[0]),
    writable: ['/app/x', '/x', '/etc/x', '/node_modules/x', '/prodrill/x', '/usr/local/bin/node'].filter(canWrite),
    tmp_bytes: fillTmp(),
    reached: [...new Set([byName.reached, ...byAddress])].filter(Boolean),
  }),
);
