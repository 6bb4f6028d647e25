/** Gives the requests under way time to finish. */
export function onStop({ log, graceMs }) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      log.info('stopping', { signal, graceMs })
      setTimeout(() => process.exit(0), graceMs)
    })
  }
}
