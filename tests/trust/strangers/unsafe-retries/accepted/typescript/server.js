// Node.js 24 strips the types itself; the start stays `node server.js`.
import './src/main.ts';
