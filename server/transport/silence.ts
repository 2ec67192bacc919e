import type { Duplex } from 'node:stream'

const LOOK_EVERY_MS = 250

/**
 * Destroys a connection on which nothing at all came in for `silentMs`; whoever uses it gets its error. Any byte is a
 * sign of life, as for OpenSSH's ServerAliveInterval: what a slow host still sends comes before its answer to a
 * keepalive. Something must be asked of the peer more often than that.
 */
export function endWhenSilent(connection: Duplex, silentMs: number): void {
  let heardMs = performance.now()
  connection.on('data', () => {
    heardMs = performance.now()
  })
  const isSilent = () => performance.now() - heardMs >= silentMs
  const end = () => {
    if (isSilent()) connection.destroy(new Error(`not a byte came in for ${silentMs} ms`))
  }
  const looks = setInterval(() => {
    // When this process itself was kept from running, bytes wait unread: they are read before the immediate.
    if (isSilent()) setImmediate(end)
  }, LOOK_EVERY_MS)
  connection.once('close', () => clearInterval(looks))
}
