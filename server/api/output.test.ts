import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutputPage } from '../domain/views'
import { parsePingLine } from '../drivers/ping-parse'
import { readOutput } from './output'
import { testServices } from './test-services'

const HEADER = 'PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.'
const lineAt = (seq: number, stampMs: number) =>
  seq % 50 === 0
    ? `[${(stampMs / 1000).toFixed(6)}] no answer yet for icmp_seq=${seq}`
    : `[${(stampMs / 1000).toFixed(6)}] 64 bytes from 10.0.0.1: icmp_seq=${seq} ttl=64 time=0.3${seq % 10}1 ms`

let setup: Awaited<ReturnType<typeof testServices>>
const printed: string[] = [HEADER]
let next = 1

async function ping(count: number) {
  const parsedHeader = parsePingLine(HEADER, null)
  if (parsedHeader.kind !== 'header') throw new Error('the header is none')
  const rows = Array.from({ length: count }, () => {
    const seq = next++
    const line = lineAt(seq, 1_763_629_343_000 + seq * 5)
    printed.push(line)
    const parsed = parsePingLine(line, parsedHeader.header)
    if (parsed.kind !== 'sample' || !parsed.exact) throw new Error(`${line} does not come back`)
    return parsed.row
  })
  setup.log.sink.push('r1', 'probe:internet', rows)
  await setup.log.sink.flush('r1')
}

const ask = (options = {}) => readOutput(setup.services, { id: 'r1', limit: 200, ...options })
const textOf = (pages: OutputPage[]) => pages.flatMap((page) => page.pieces.map((piece) => piece.text)).join('')

async function allPages(options = {}): Promise<OutputPage[]> {
  const pages = [await ask(options)]
  for (let after = pages[0]?.next; after; after = pages.at(-1)?.next) pages.push(await ask({ ...options, after }))
  return pages
}

describe('readOutput', () => {
  beforeAll(async () => {
    setup = await testServices()
    await setup.services.runner.start({ lab: 'box', case: 'TC-3', params: {} })
    const { sink } = setup.log
    const place = { instance: 'lan' }
    const started = (commandId: string, argv: string[], stream: string | null) =>
      sink.append('r1', {
        kind: 'command-started',
        commandId,
        stepId: 's',
        command: { place, host: 'box', argv },
        stream,
      })
    const output = (commandId: string, text: string) =>
      sink.append('r1', { kind: 'output', commandId, from: 'stdout', text })
    await started('c1', ['cli', '-c', 'show'], null)
    await output('c1', 'node0  primary\nnode1  secondary\n')
    await started('c2', ['ping', '10.0.0.1'], 'probe:internet')
    await output('c2', `${HEADER}\n`)
    await ping(5000)
  })
  afterAll(() => setup.drop())

  it('gives the output of a command as it was printed', async () => {
    expect(textOf([await ask({ commandId: 'c1' })])).toBe('node0  primary\nnode1  secondary\n')
  })

  it('rebuilds what a probe printed from its samples, page by page', async () => {
    const pages = await allPages({ commandId: 'c2', limit: 7 })
    expect(pages.length).toBeGreaterThan(5)
    expect(textOf(pages)).toBe(`${printed.join('\n')}\n`)
  })

  it('goes on from the cursor of any piece', async () => {
    const first = await ask({ commandId: 'c2', limit: 10 })
    const cursor = first.pieces[4]?.cursor
    const rest = await allPages({ commandId: 'c2', after: cursor })
    expect(textOf([{ pieces: first.pieces.slice(0, 5), next: null }, ...rest])).toBe(`${printed.join('\n')}\n`)
  })

  it('gives only what is new to who asks again', async () => {
    const last = (await allPages({ commandId: 'c2' })).at(-1)?.pieces.at(-1)?.cursor
    expect(await ask({ commandId: 'c2', after: last })).toEqual({ pieces: [], next: null })
    const before = printed.length
    await ping(10)
    expect(textOf([await ask({ commandId: 'c2', after: last })])).toBe(`${printed.slice(before).join('\n')}\n`)
  })

  it('finds lines by text, upper or lower case, in all commands', async () => {
    expect(textOf(await allPages({ search: 'PRIMARY' }))).toBe('node0  primary\n')
    const lost = textOf(await allPages({ search: 'no answer' }))
      .trim()
      .split('\n')
    expect(lost).toEqual(printed.filter((line) => line.includes('no answer')))
    expect(await allPages({ search: '.*' })).toEqual([{ pieces: [], next: null }])
  })

  it('refuses a cursor of its own making and a run that is not there', async () => {
    await expect(ask({ after: 'nonsense' })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(readOutput(setup.services, { id: 'zz', limit: 1 })).rejects.toMatchObject({ code: 'not-found' })
  })
})
