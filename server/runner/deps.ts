import type { Lab } from '../domain/lab'
import type { EventSink, LabStateStore, RunStore, SampleSink, UndoJournal } from '../domain/ports'
import type { Connections } from '../drivers/at'

/** What the runner needs of the world; `container.ts` gives it the concrete ones. */
export type RunnerDeps = {
  /** Throws `not-found` or `lab-file`. */
  lab: (labId: string) => Lab
  connections: (lab: Lab) => Connections
  events: EventSink
  samples: SampleSink
  undo: UndoJournal
  runs: RunStore
  labState: LabStateStore
  /** Names this dashboard in a lease: "user@host:port". */
  owner: string
}
