import type { CaseDefinition } from '../cases/define'
import type { Impairment } from '../domain/impairment'
import type { AnyLab } from '../domain/lab'
import type { CaptureFiles, EventSink, LabStateStore, RunStore, SampleSink, UndoJournal } from '../domain/ports'
import type { Ending, Report } from '../domain/run'
import type { Scenario } from '../domain/scenario'
import type { Connections } from '../drivers/at'

/** What the runner needs of the world; `container.ts` gives it the concrete ones. */
export type RunnerDeps = {
  /** Throws `not-found` or `lab-file`. */
  lab: (labId: string) => AnyLab
  connections: (lab: AnyLab) => Connections
  events: EventSink
  samples: SampleSink
  undo: UndoJournal
  runs: RunStore
  /** Without it no pcap is kept. */
  captures?: CaptureFiles
  /** Judges what is stored of a run, long ones apart from the event loop. Rejects with AppError. */
  judge: (runId: string, definition: CaseDefinition, ending: Ending) => Promise<Report>
  labState: LabStateStore
  /** For whoever looks at the lab meanwhile: a link was changed; `impairment` as it was read back, null: not known. */
  linkSet?: (labId: string, vm: number, impairment: Impairment | null) => void
  /** Whoever only looks at the lab's serial consoles lets go of them; what it gives lets them look again. */
  takeConsoles?: (labId: string) => Promise<() => void>
  /** A scenario's content as runs name it; null: there is none. */
  scenario: (contentId: string) => Promise<Scenario | null>
  /** Names this dashboard in a lease: "user@host:port". */
  owner: string
}
