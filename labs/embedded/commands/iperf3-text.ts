/** iperf3's unit_snprintf: three significant digits, 1024 for bytes, 1000 for bits. */
function unit(value: number, base: 1000 | 1024, names: readonly string[]): string {
  let scaled = value
  let index = 0
  while (scaled > base && index < names.length - 1) {
    scaled /= base
    index++
  }
  const digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0
  return `${scaled.toFixed(digits).padStart(4)} ${names[index]}`
}

export const bytesText = (bytes: number): string =>
  `${unit(bytes, 1024, ['Byte', 'KByte', 'MByte', 'GByte', 'TByte'])}s`
const bitsText = (perS: number): string => `${unit(perS, 1000, ['bit', 'Kbit', 'Mbit', 'Gbit', 'Tbit'])}s/sec`

export type Interval = { socket: number | 'SUM'; fromS: number; toS: number; bytes: number }

const id = (socket: number | 'SUM'): string => (socket === 'SUM' ? '[SUM]' : `[${String(socket).padStart(3)}]`)

/** "[  5]   0.50-1.00   sec   256 KBytes  4.19 Mbits/sec". */
const head = (i: Interval): string => {
  const perS = i.toS > i.fromS ? (i.bytes * 8) / (i.toS - i.fromS) : 0
  return `${id(i.socket)} ${i.fromS.toFixed(2).padStart(6)}-${i.toS.toFixed(2).padEnd(6)} sec  ${bytesText(i.bytes)}  ${bitsText(perS)}`
}

export const receiverLine = (i: Interval, label = ''): string => `${head(i)}                  ${label}\n`

export const senderLine = (i: Interval, retransmits: number, congestionWindow: number | null, label = ''): string =>
  congestionWindow === null
    ? `${head(i)}  ${String(retransmits).padStart(3)}             ${label}\n`
    : `${head(i)}  ${String(retransmits).padStart(3)}   ${bytesText(congestionWindow)}       ${label}\n`

export const SEPARATOR = '- - - - - - - - - - - - - - - - - - - - - - - - -\n'

/** "5M" as bit/s. */
export function parseRate(text: string): number {
  const match = /^([\d.]+)([KMGkmg]?)/.exec(text)
  const factor = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[(match?.[2] ?? '').toLowerCase()] ?? 1
  return Number(match?.[1] ?? 0) * factor
}
