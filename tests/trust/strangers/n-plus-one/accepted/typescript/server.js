// Node runs TypeScript itself; this file only keeps `node server.js` working.
import './src/main.ts';
