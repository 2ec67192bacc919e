import type { WanLab } from '../domain/lab'
import type { CaptureFile } from '../domain/ports'
import { type CapturedNic, type CapturePhase, captureName, type NicCapture, type WanCaptured } from '../domain/wan-run'
import { type CaptureTotals, type RunningNicCapture, startNicCapture } from '../drivers/pcap/capture'
import { stopTagged } from '../drivers/tool'
import { AppError, asAppError } from '../errors'
import { type NicReading, type WanAnalysis, wanAnalysis } from '../measure/wan/analysis'
import { delay } from '../transport/retry'
import { type RunSession, streamTag } from './session'

/** Sample stream of what a NIC carries per second. */
export const pathStream = ({ nic, direction }: NicCapture): string => `path:${nic}.${direction}`
/** Last part of the process tag of a capture. */
export const captureTag = (capture: NicCapture): string => streamTag(pathStream(capture))

const SECOND_MS = 1000
const LAST_BYTES_MS = 4000

type Nic = {
  capture: NicCapture
  running: RunningNicCapture | null
  file: CaptureFile | null
  totals: CaptureTotals | null
  error: string | null
  /** Its end was asked for: until then it has broken off. */
  isAsked: boolean
  /** Since the last row. */
  packets: number
  bytes: number
  /** Of the traffic, when the last row was told. */
  told: number
}

/** The captures of a WAN run while they go on: each packet goes to the analysis, its bytes to a capped file. */
export class WanCapture {
  readonly #nics: Nic[]
  readonly #analysis: WanAnalysis
  #timer: NodeJS.Timeout | undefined
  /** The PVE host's clock minus the app's. */
  readonly #offsetMs: number

  constructor(
    private readonly session: RunSession<WanLab>,
    captures: readonly NicCapture[],
    private readonly timeoutMs: number,
  ) {
    this.#nics = captures.map((capture) => ({
      ...{ capture, running: null, file: null, totals: null, error: null, isAsked: false },
      ...{ packets: 0, bytes: 0, told: 0 },
    }))
    this.#offsetMs = session.clocks.at(-1)?.[this.#host]?.offsetMs ?? 0
    this.#analysis = wanAnalysis({ nics: captures.map(captureName), originMs: Date.now() + this.#offsetMs })
  }

  get #host(): string {
    return this.session.lab.wan.pve.host
  }

  /** Resolves when all of them listen. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#nics.map((nic) => this.#startOne(nic)))
    signal.throwIfAborted()
    this.#analysis.begin('idle')
    this.#timer = setInterval(() => this.#tell(), SECOND_MS)
  }

  begin(phase: CapturePhase): void {
    this.#analysis.begin(phase)
  }

  /** Ends the captures and reads the analysis; the traffic ends now. Never rejects. */
  async stop(): Promise<WanCaptured> {
    const endMs = Date.now() + this.#offsetMs
    await this.end()
    const { nics, spacingMs } = this.#analysis.read(endMs)
    const captured = this.#nics.flatMap((nic): CapturedNic[] => {
      const reading = nics.get(captureName(nic.capture))
      return reading ? [capturedOf(nic, reading)] : []
    })
    return { spacingMs, endMs, nics: captured }
  }

  /** Ends what captures; for any ending of the run. Never rejects. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#nics.map((nic) => this.#endOne(nic)))
  }

  async #startOne(nic: Nic): Promise<void> {
    const { session, timeoutMs } = this
    const { capture } = nic
    const name = captureName(capture)
    // A disk that is full must not keep the run from anything: the file is for looking at.
    const fileName = `${capture.nic}-${capture.direction}.pcap`
    nic.file = (await session.deps.captures?.open(session.runId, fileName).catch(() => null)) ?? null
    let onReady = () => {}
    const ready = new Promise<void>((resolve) => {
      onReady = resolve
    })
    const running = await startNicCapture(session.access(), this.#host, capture, {
      ...{ tag: session.tag(captureTag(capture)), timeoutMs, signal: session.signal, onReady },
      onPacket: ({ stampMs, bytes }) => {
        nic.packets++
        nic.bytes += bytes
        this.#analysis.add(name, stampMs, bytes)
      },
      onBytes: (chunk, wholeBytes) => nic.file?.write(chunk, wholeBytes),
    })
    nic.running = running
    const ended = running.done.then(
      (totals) => {
        nic.totals = totals
        if (!nic.isAsked) nic.error = 'it ended before it was asked to'
      },
      (error: unknown) => {
        nic.error = asAppError(error).message
        throw error
      },
    )
    ended.catch(() => {})
    const early = ended.then(() => {
      throw new AppError('command-failed', `${name}: tcpdump ended before it listened`)
    })
    early.catch(() => {})
    await Promise.race([ready, early])
  }

  async #endOne(nic: Nic): Promise<void> {
    const { running } = nic
    nic.isAsked = true
    if (running) {
      await stopTagged(this.session.access(), { host: this.#host }, this.session.tag(captureTag(nic.capture)))
      await Promise.race([running.done.catch(() => {}), delay(LAST_BYTES_MS)])
      running.close()
      nic.running = null
    }
    await nic.file?.close().catch(() => {})
  }

  #tell(): void {
    const atMs = Date.now()
    for (const nic of this.#nics) {
      const all = this.#analysis.traffic(captureName(nic.capture))
      const traffic = all === null ? null : all - nic.told
      this.session.push(pathStream(nic.capture), [[atMs, nic.packets, nic.bytes, traffic]])
      nic.told = all ?? 0
      nic.packets = 0
      nic.bytes = 0
    }
  }
}

function capturedOf({ capture, totals, error, file }: Nic, reading: NicReading): CapturedNic {
  const { packets, bytes, segments, bins, edgeMs, gapMs, backwards, traffic } = reading
  return {
    ...{ ...capture, packets, bytes, segments, edgeMs, gapMs, backwards, error },
    bins: { ...bins, bins: [...bins.bins] },
    traffic: traffic && { ...traffic, lengths: [...traffic.lengths] },
    dropped: totals?.dropped ?? null,
    file: file && file.bytes() > 0 ? { name: file.name, bytes: file.bytes(), isCut: file.isCut() } : null,
  }
}
