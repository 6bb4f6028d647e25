import { createApp } from './src/app.js';
import { openBackOffice } from './src/back-office/index.js';
import { readConfig } from './src/config.js';

const config = readConfig(process.env);
const backOffice = openBackOffice(config);
const app = createApp({ config, backOffice });

app.listen(config.port, (error) => {
  if (error) throw error;
  const { port, sealIterations: iterations } = config;
  console.log(JSON.stringify({ event: 'listening', port, iterations, threads: backOffice.threads }));
});
