import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { endWhenSilent } from './silence'

const SILENT_MS = 400

it('leaves a connection alone on which bytes come in, and ends it with an error once none does', async () => {
  const connection = new PassThrough()
  const ended = new Promise<Error>((resolve) => connection.once('error', resolve))
  endWhenSilent(connection, SILENT_MS)
  for (let i = 0; i < 8; i++) {
    connection.write('.')
    await sleep(SILENT_MS / 4)
  }
  expect(connection.destroyed).toBe(false)
  const startMs = performance.now()
  expect((await ended).message).toContain('not a byte')
  expect(performance.now() - startMs).toBeLessThan(2 * SILENT_MS)
})

it('reads what came in while this process was kept from running before it judges', async () => {
  const connection = new PassThrough()
  endWhenSilent(connection, SILENT_MS)
  connection.write('.')
  await sleep(10)
  const untilMs = performance.now() + 2 * SILENT_MS
  while (performance.now() < untilMs) connection.writableLength
  connection.write('.')
  await sleep(SILENT_MS / 2)
  expect(connection.destroyed).toBe(false)
  connection.destroy()
})
