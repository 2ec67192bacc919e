/** Called by Next once, before it listens. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { getContainer } = await import('./server/container')
  const { asAppError } = await import('./server/errors')
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
