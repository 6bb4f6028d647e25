// Types are stripped by Node.js 24 itself; the start stays `node server.js`.
import './src/main.ts';
