const http = require('node:http');
const { Pool, Client } = require('pg');
const Redis = require('ioredis');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4, connectionTimeoutMillis: 2000, query_timeout: 2000 });
pool.on('error', () => {});
const redis = new Redis(process.env.REDIS_URL, { commandTimeout: 2000, maxRetriesPerRequest: 1, retryStrategy: () => 50 });
redis.on('error', () => {});
const held = [];

const routes = {
  healthz: () => ({ instance: process.env.INSTANCE_ID }),
  keep: async (word) => {
    await pool.query('INSERT INTO words (word) VALUES ($1)', [word]);
    await redis.set(`word:${word}`, '1', 'EX', 60);
    return { kept: word };
  },
  words: async () => (await pool.query('SELECT word FROM words ORDER BY word')).rows.map((row) => row.word),
  get: async (key) => ({ value: await redis.get(key) }),
  touch: async (word) => (await pool.query('UPDATE words SET at = now() WHERE word = $1', [word])).rowCount,
  leak: async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query("SELECT word FROM words WHERE word = 'seeded' FOR UPDATE");
    held.push(client);
    return { held: held.length };
  },
  hog: async (count) => {
    const made = await Promise.allSettled(
      Array.from({ length: Number(count) }, async () => {
        const client = new Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 5000 });
        client.on('error', () => {});
        await client.connect();
        held.push(client);
      }),
    );
    const failures = made.filter((each) => each.status === 'rejected').map((each) => each.reason.code ?? each.reason.message);
    return { open: held.length, failures };
  },
  sql: async (text) => (await pool.query(decodeURIComponent(text))).rows ?? [],
  bench: async (count) => {
    const client = await pool.connect();
    const times = [];
    for (let n = 0; n < Number(count); n += 1) {
      const began = performance.now();
      await client.query('select 1');
      times.push(performance.now() - began);
    }
    client.release();
    times.sort((a, b) => a - b);
    return { median_ms: times[times.length >> 1], p99_ms: times[Math.floor(times.length * 0.99)] };
  },
};

const server = http.createServer(async (request, response) => {
  const [, name, value] = request.url.split('/');
  try {
    response.end(JSON.stringify(await routes[name](value)));
  } catch (error) {
    response.statusCode = 500;
    response.end(JSON.stringify({ error: error.code ?? error.message }));
  }
});

server.listen(Number(process.env.PORT), () => console.log('listening'));
