import { getContainer } from './container'
import { asAppError } from './errors'

/** Starts the app, or ends the process with a message that says what to do; stops it in good order on a signal. */
export async function boot(): Promise<void> {
  const container = await getContainer().catch((error: unknown) => {
    const { message, hint } = asAppError(error)
    console.error(`failover-lab: ${message}${hint ? `\n  ${hint}` : ''}`)
    process.exit(1)
  })
  let closing = false
  const stop = () => {
    if (closing) process.exit(1)
    closing = true
    console.log('failover-lab: stopping; what runs is cancelled and restored (again to stop at once) …')
    container.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
