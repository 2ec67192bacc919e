import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { keepAwake } from './embedded.mjs'

it('an embedded lab is called again and again, before and after its state is there, so that it does not end', async () => {
  const stateDir = mkdtempSync(path.join(os.tmpdir(), 'failover-lab-'))
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const timer = keepAwake(stateDir, 10)
  onTestFinished(() => {
    clearInterval(timer)
    server.close()
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { port } = server.address() as { port: number }
  writeFileSync(path.join(stateDir, 'running.json'), JSON.stringify({ control: `http://127.0.0.1:${port}/secret` }))
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(2))
  expect(new Set(asked)).toEqual(new Set(['/secret']))
})
