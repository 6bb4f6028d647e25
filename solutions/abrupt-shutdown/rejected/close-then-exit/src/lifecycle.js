export function onStop({ log, server }) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      log.info('stopping', { signal })
      server.close(() => process.exit(0))
    })
  }
}
