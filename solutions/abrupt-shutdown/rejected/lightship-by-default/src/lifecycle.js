import { createLightship } from 'lightship'

export async function onStop({ state, server, confirmations }) {
  const lightship = await createLightship()
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (state.ready = false))

  lightship.registerShutdownHandler(async () => {
    server.close()
    await confirmations.idle()
  })
  lightship.signalReady()
}
