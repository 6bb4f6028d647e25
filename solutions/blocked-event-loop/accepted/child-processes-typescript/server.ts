import { createApp } from './src/app.ts';
import { readConfig } from './src/config.js';
import { RenderFarm } from './src/render-farm.ts';

const config = readConfig(process.env);
const app = createApp(config, new RenderFarm(2));

app.listen(config.port, (error?: Error) => {
  if (error) throw error;
  console.log(JSON.stringify({ event: 'listening', port: config.port, iterations: config.sealIterations }));
});
