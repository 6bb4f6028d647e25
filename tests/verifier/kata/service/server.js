const http = require('node:http');

async function relay(response) {
  const answer = await fetch(`${process.env.OTHER_URL}/word`);
  response.end(await answer.text());
}

const server = http.createServer((request, response) => {
  if (request.url === '/healthz') return response.end(JSON.stringify({ instance: process.env.INSTANCE_ID }));
  if (request.url === '/relay') return relay(response);
  return response.end(request.url.slice('/echo/'.length));
});

server.listen(Number(process.env.PORT), () => console.log('listening'));
