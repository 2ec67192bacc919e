import { type SampleRow, SUM_SOCKET } from '../domain/sample'
import { MAX_LINE_CHARS } from './text-parse'

/** What one line of `iperf3 -c … --forceflush` is; keep the text of everything but `interval` lines verbatim. */
export type Iperf3Line =
  /** A row of SAMPLE_COLUMNS.traffic. `omitted`: the warm-up of -O, not part of the result. */
  | { kind: 'interval'; row: SampleRow; omitted: boolean }
  /** `addr:port` as the client sees them. */
  | { kind: 'socket'; socket: number; local: string; remote: string }
  /** A line of the closing table; bytes over the whole test as that side counted them. */
  | {
      kind: 'final'
      socket: number
      role: 'sender' | 'receiver'
      fromS: number
      toS: number
      bytes: number
      bitPerS: number
      retransmits: number | null
    }
  /** `busy`: the server still runs another test; worth a retry with back-off. An error is not 0 bit/s. */
  | { kind: 'error'; message: string; busy: boolean }
  | { kind: 'done' }
  /** Titles and separators. */
  | { kind: 'heading' }
  | { kind: 'unparsed' }

const SOCKET =
  /^\[ *(\d{1,6})\](?:\[[TR]X-[CS]\])? local (\S{1,64}) port (\d{1,5}) connected to (\S{1,64}) port (\d{1,5})$/
const ROW =
  /^\[ *(\d{1,6}|SUM)\](?:\[[TR]X-[CS]\])? +(\d{1,9}\.\d\d)-(\d{1,9}\.\d\d) +sec +(\d{1,9}(?:\.\d{1,3})?) ([KMGTP]?)Bytes +(\d{1,12}(?:\.\d{1,3})?) ([KMGTP]?)bits\/sec(.*)$/
const TCP_TAIL = /^ +(\d{1,12})(?: +\d{1,9}(?:\.\d{1,3})? [KMGTP]?Bytes)?$/
const ERROR = /^iperf3: (?:error|interrupt) - (.{1,300})/
const HEADING =
  /^(Connecting to host |Reverse mode, |\[ ID\]|(?:- ){3,}-?$|Server listening|Accepted connection|Time: |TCP MSS|Starting Test|Test Complete|$)/

const scale = (prefix: string, base: number): number => base ** ('KMGTP'.indexOf(prefix || '-') + 1)
const endpoint = (address: string, port: string) => `${address.includes(':') ? `[${address}]` : address}:${port}`

/** Remembers the table's title line, which alone says whether a lone number counts retransmits (TCP) or datagrams. */
export class Iperf3Parser {
  private retransmitColumn = false

  /**
   * One line without its line end. Never throws. Units as printed by iperf3: K = 1024 for bytes, 1000 for bits, so bytes
   * carry the three digits that it prints.
   * @param receivedMs when the line reached the app (epoch ms)
   */
  line(line: string, receivedMs: number): Iperf3Line {
    if (line.length > MAX_LINE_CHARS) return { kind: 'unparsed' }
    const text = line.trimEnd()
    if (/^\[ ID\]/.test(text)) this.retransmitColumn = /\bRetr\b/.test(text)
    const row = ROW.exec(text)
    if (row) return this.table(row, receivedMs)
    const [, socket, local = '', localPort = '', remote = '', remotePort = ''] = SOCKET.exec(text) ?? []
    if (socket !== undefined)
      return {
        kind: 'socket',
        socket: Number(socket),
        local: endpoint(local, localPort),
        remote: endpoint(remote, remotePort),
      }
    const message = ERROR.exec(text)?.[1]
    if (message !== undefined) return { kind: 'error', message, busy: /server is busy/i.test(message) }
    if (text === 'iperf Done.') return { kind: 'done' }
    return { kind: HEADING.test(text) ? 'heading' : 'unparsed' }
  }

  private table(match: RegExpExecArray, receivedMs: number): Iperf3Line {
    const [, id = '', from, to, amount, byteUnit = '', rate, bitUnit = '', rest = ''] = match
    const socket = id === 'SUM' ? SUM_SOCKET : Number(id)
    const fromS = Number(from)
    const toS = Number(to)
    const bytes = Math.round(Number(amount) * scale(byteUnit, 1024))
    const bitPerS = Math.round(Number(rate) * scale(bitUnit, 1000))
    const role = / (sender|receiver)$/.exec(rest)?.[1]
    const omitted = rest.endsWith('(omitted)')
    const tail = rest.replace(/ *(?:sender|receiver|\(omitted\))$/, '')
    const retransmitText = this.retransmitColumn ? TCP_TAIL.exec(tail)?.[1] : undefined
    const retransmits = retransmitText === undefined ? null : Number(retransmitText)
    if (role === 'sender' || role === 'receiver')
      return { kind: 'final', socket, role, fromS, toS, bytes, bitPerS, retransmits }
    return { kind: 'interval', row: [socket, fromS, toS, bytes, bitPerS, retransmits, receivedMs], omitted }
  }
}
