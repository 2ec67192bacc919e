import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaptureFolder } from './capture-files'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failover-lab-captures-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bytes = (length: number) => new Uint8Array(length).fill(7)

describe('pcaps of a run', () => {
  it('end at the last whole packet that fits', async () => {
    const files = new CaptureFolder(folder, 100)
    const file = await files.open('r1', 'enp1s0f2-in.pcap')
    file.write(bytes(60), 50)
    file.write(bytes(30), 80)
    file.write(bytes(20), 110)
    file.write(bytes(1), 111)
    await file.close()
    expect([file.bytes(), file.isCut()]).toEqual([80, true])
    expect(readFileSync(join(folder, 'r1', 'enp1s0f2-in.pcap'))).toHaveLength(80)
    const read = await files.read('r1', 'enp1s0f2-in.pcap')
    expect(read.bytes).toBe(80)
    expect((await new Response(read.body).arrayBuffer()).byteLength).toBe(80)
  })

  it.each([
    ['r1', '../x.pcap'],
    ['..', 'x.pcap'],
    ['r1', 'x.txt'],
    ['r1', 'gone.pcap'],
  ])('are only what they are: %s %s', async (run, name) => {
    await expect(new CaptureFolder(folder).read(run, name)).rejects.toMatchObject({ code: 'not-found' })
  })
})
