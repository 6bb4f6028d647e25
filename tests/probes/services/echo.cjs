// Answers, resets, cuts and streams, as its path says.
const http = require('node:http');

let sent = 0;

function stream(response) {
  const block = Buffer.alloc(65536, 97);
  let n = 0;
  const go = () => {
    while (n < 1600) {
      n += 1;
      sent = n;
      if (!response.write(block)) return response.once('drain', go);
    }
    return response.end();
  };
  go();
}

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    if (request.url === '/reset') return request.socket.resetAndDestroy();
    if (request.url === '/big') return stream(response);
    if (request.url === '/sent') return response.end(String(sent));
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc');
      return setTimeout(() => request.socket.destroy(), 20);
    }
    response.setHeader('x-method', request.method);
    return response.end(`you said ${body}`);
  });
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
