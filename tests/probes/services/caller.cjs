// Calls the address it is given and tells what came of it.
const http = require('node:http');

const server = http.createServer(async (request, response) => {
  try {
    const answer = await fetch(request.headers['x-to'], { method: 'POST', body: 'x', signal: AbortSignal.timeout(1500) });
    response.end(`${answer.status} ${await answer.text()}`);
  } catch (error) {
    response.statusCode = 502;
    response.end(String(error.cause?.code ?? error.name));
  }
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
