// Preloaded into the service: how its process feels, four times a second, to whoever listens at VITALS_ADDR.
//
// For display, never for a verdict. Everything here is unreferenced, so that it neither keeps a process alive nor
// counts among its handles for long, and every trouble is swallowed: a service must behave the same without it.

import diagnostics from 'node:diagnostics_channel';
import net from 'node:net';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const EVERY_MS = 250;
const NS_PER_MS = 1e6;

// Requests begun and not answered in full, by their connection. Told by Node itself, so that nothing is hung on the
// service's own objects; by connection and not by request, because that costs a request less than a microsecond. An
// answer that was cut off never finishes: its connection is gone when the next sample is taken.
function requestsInFlight() {
  const open = new Map();
  const began = ({ socket }) => open.set(socket, (open.get(socket) ?? 0) + 1);
  const finished = ({ socket }) => {
    const rest = (open.get(socket) ?? 0) - 1;
    if (rest > 0) open.set(socket, rest);
    else open.delete(socket);
  };
  diagnostics.subscribe('http.server.request.start', began);
  diagnostics.subscribe('http.server.response.finish', finished);
  return {
    count() {
      let count = 0;
      for (const [socket, requests] of open) {
        if (socket.destroyed) open.delete(socket);
        else count += requests;
      }
      return count;
    },
    stop() {
      diagnostics.unsubscribe('http.server.request.start', began);
      diagnostics.unsubscribe('http.server.response.finish', finished);
      open.clear();
    },
  };
}

function start(address) {
  const [host, port] = address.split(':');
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const inFlight = requestsInFlight();
  const socket = net.connect({ host, port: Number(port), noDelay: true });
  let busy = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  let at = performance.now();

  const sample = () => {
    const answering = inFlight.count();
    if (socket.writableNeedDrain) return;
    const now = performance.now();
    const used = process.cpuUsage(cpu);
    let memory;
    try {
      memory = process.memoryUsage();
    } catch {
      return; // a service without a free descriptor cannot even be measured
    }
    const resources = process.getActiveResourcesInfo();
    const line = JSON.stringify({
      pid: process.pid,
      loop_delay_ms: Math.max(0, delay.max / NS_PER_MS - 10),
      loop_utilization: performance.eventLoopUtilization(busy).utilization,
      rss_bytes: memory.rss,
      heap_bytes: memory.heapUsed,
      handles: resources.length,
      open_sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
      in_flight: answering,
      cpu_share: (used.user + used.system) / 1000 / (now - at),
    });
    busy = performance.eventLoopUtilization();
    cpu = process.cpuUsage();
    at = now;
    delay.reset();
    socket.write(`${line}\n`);
  };

  const timer = setInterval(sample, EVERY_MS).unref();
  socket.unref();
  socket.on('connect', () => delay.enable());
  socket.on('error', () => clearInterval(timer));
  socket.on('close', () => {
    clearInterval(timer);
    inFlight.stop();
    delay.disable();
  });
}

if (isMainThread && process.env.VITALS_ADDR) start(process.env.VITALS_ADDR);
