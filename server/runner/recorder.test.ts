import { expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import { answeredLab, testLab } from '../drivers/test-lab'
import { Recorder } from './recorder'

it('keeps no password of the lab, neither in what is sent nor in what comes back', async () => {
  const events: EventBody[] = []
  const recorder = new Recorder(testLab(), (body) => events.push(body))
  const { pool } = answeredLab(() => ({ stdout: 'it is s3cret-word' }))
  const host = recorder.connections({ on: (id) => pool.on(id), secrets: ['s3cret-word'] }).on('lab-host')
  const argv = ['sh', '-c', 'login s3cret-word']
  await host.exec(argv, { timeoutMs: 1000 })
  recorder.said(recorder.idOf({ host: 'lab-host', argv }) ?? '', 'password s3cret-word typed')
  expect(events.map(({ kind }) => kind)).toEqual(['command-started', 'output', 'command-ended', 'output'])
  expect(JSON.stringify(events)).not.toContain('s3cret-word')
  expect(JSON.stringify(events)).toContain('login ')
})
