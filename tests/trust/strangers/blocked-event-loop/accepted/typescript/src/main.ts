import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { RendererPool } from './renderer-pool.ts';

const config = readConfig(process.env);
const pool = new RendererPool({ size: config.renderers, iterations: config.sealIterations });
const app = createApp({ config, render: (portfolio, signal) => pool.render(portfolio, signal) });

app.listen(config.port, (error?: Error) => {
  if (error) throw error;
  const { port, sealIterations: iterations, renderers } = config;
  console.log(JSON.stringify({ event: 'listening', port, iterations, renderers }));
});
