import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
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
    const files = new CaptureFolder(folder, { file: 100 })
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

  it('hold no more memory than may wait for a slow disk', async () => {
    const file = await new CaptureFolder(folder, { waiting: 100 }).open('r1', 'a.pcap')
    file.write(bytes(60), 60)
    file.write(bytes(60), 120)
    await file.close()
    expect([file.bytes(), file.isCut()]).toEqual([60, true])
    expect(readFileSync(join(folder, 'r1', 'a.pcap'))).toHaveLength(60)
  })

  it('are written in their order', async () => {
    const file = await new CaptureFolder(folder).open('r1', 'a.pcap')
    for (let i = 0; i < 200; i++) {
      file.write(Uint8Array.of(i), i + 1)
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await file.close()
    expect([...readFileSync(join(folder, 'r1', 'a.pcap'))]).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  const stored = (run: string, length: number, atS: number) => {
    mkdirSync(join(folder, run))
    writeFileSync(join(folder, run, 'a.pcap'), bytes(length))
    utimesSync(join(folder, run), atS, atS)
  }

  it('make room for those of a new run, the oldest first', async () => {
    stored('r2', 80, 2000)
    stored('r1', 80, 1000)
    stored('r3', 80, 3000)
    const files = new CaptureFolder(folder, { total: 170 })
    await (await files.open('r4', 'a.pcap')).close()
    await (await files.open('r4', 'b.pcap')).close()
    expect(['r1', 'r2', 'r3', 'r4'].map((run) => existsSync(join(folder, run)))).toEqual([false, true, true, true])
    await expect(files.read('r1', 'a.pcap')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('are read as far as they were when they were asked for', async () => {
    stored('r1', 50, 1000)
    stored('r2', 0, 1000)
    const files = new CaptureFolder(folder)
    const [read, empty] = [await files.read('r1', 'a.pcap'), await files.read('r2', 'a.pcap')]
    appendFileSync(join(folder, 'r1', 'a.pcap'), bytes(50))
    expect([read.bytes, (await new Response(read.body).arrayBuffer()).byteLength]).toEqual([50, 50])
    expect([empty.bytes, (await new Response(empty.body).arrayBuffer()).byteLength]).toEqual([0, 0])
  })

  it.each([
    ['r1', '../x.pcap'],
    ['..', 'x.pcap'],
    ['r1', 'x.txt'],
    ['r1', 'gone.pcap'],
    ['r1', 'a/../../x.pcap'],
    ['r1/../..', 'x.pcap'],
    ['r1', 'x.pcap\0.pcap'],
  ])('are only what they are: %s %s', async (run, name) => {
    await expect(new CaptureFolder(folder).read(run, name)).rejects.toMatchObject({ code: 'not-found' })
  })
})
