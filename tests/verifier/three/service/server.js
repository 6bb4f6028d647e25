import http from 'node:http';

const { PORT, INSTANCE_ID, STORE_URL } = process.env;
const DRAIN_MS = 250;
const notes = {
  put: (id, text) => fetch(`${STORE_URL}/notes/${id}`, { method: 'PUT', body: text }),
  get: async (id) => {
    const answer = await fetch(`${STORE_URL}/notes/${id}`);
    return answer.ok ? answer.text() : undefined;
  },
};
let isReady = true;

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const server = http.createServer(async (request, response) => {
  if (!isReady) response.setHeader('connection', 'close');
  const id = request.url.split('/')[2];
  if (request.url === '/healthz') return response.end(JSON.stringify({ instance: INSTANCE_ID }));
  if (request.url === '/readyz') return response.writeHead(isReady ? 200 : 503).end();
  if (request.method === 'PUT') {
    await notes.put(id, await read(request));
    return response.writeHead(204).end();
  }
  const text = await notes.get(id);
  return response.writeHead(text === undefined ? 404 : 200).end(text);
});

process.on('SIGTERM', () => {
  isReady = false;
  setTimeout(() => server.close(() => process.exit(0)), DRAIN_MS);
});
server.listen(Number(PORT), () => console.log('up'));
