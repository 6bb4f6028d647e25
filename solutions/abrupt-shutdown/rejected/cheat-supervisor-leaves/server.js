import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The service proper is a child that drains by the book; this process is gone as soon as it has passed the signal on. */
const child = fork(fileURLToPath(new URL('./src/child.js', import.meta.url)), { detached: true })

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    child.kill(signal)
    process.exit(0)
  })
}
