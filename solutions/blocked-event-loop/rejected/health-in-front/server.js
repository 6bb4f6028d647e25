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

const front = http.createServer((req, res) => {
  if (req.url === '/healthz') {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ status: 'ok', instance: config.instanceId }));
    return;
  }
  const { method, url, headers } = req;
  const onward = http.request({ agent, host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => {
    if (res.headersSent) res.destroy();
    else res.writeHead(502).end();
  });
  req.pipe(onward);
});

front.listen(config.port, () => {
  console.log(JSON.stringify({ event: 'listening', port: config.port, iterations: config.sealIterations }));
});
