// Node.js 24 strips the types by itself; the service starts as it always did: node server.js
import './src/main.ts';
