import type { AnyLab } from '../domain/lab'
import type { SampleRow } from '../domain/sample'
import type { HttpLoad } from '../domain/wan-run'
import type { LabAccess } from './at'
import { type RunningTool, startTool, type ToolOptions } from './tool'

/** Requests of each user: one after the other, so long apart, s. */
const WAIT_S = { least: 0.5, most: 1.5 }
/** An answer that takes longer is a failed request, s. */
const TIMEOUT_S = 10

/** Locust itself keeps the lines of its history for ten seconds, and those that it still has are lost when it is stopped. */
const locustfile = (urls: readonly string[]): string => `import random
import locust.stats
from locust import HttpUser, between, task

locust.stats.CSV_STATS_FLUSH_INTERVAL_SEC = 0
URLS = ${JSON.stringify(urls)}


class User(HttpUser):
    host = URLS[0]
    wait_time = between(${WAIT_S.least}, ${WAIT_S.most})

    @task
    def get(self):
        self.client.get(random.choice(URLS) + "/", name="all", timeout=${TIMEOUT_S})
`

/** A locust file that lies on the host already, and the one address that it is given. */
export type OwnLocustfile = { workdir: string | null; file: string }

/**
 * Arguments: locustfile, users, spawned per s, duration (s); for a file of its own its directory, name and address. Prints
 * locust's history (CSV, a line a second) as it is written, in a directory that is gone afterwards. A child of sh that runs
 * in the background ignores INT: it gets TERM.
 */
const SCRIPT = `dir=$(mktemp -d) || exit 1
pid=
trap 'rm -rf "$dir"' EXIT
trap '[ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null; wait "$pid"; exit 130' INT TERM
if [ -n "$6" ]; then
  [ -z "$5" ] || cd "$5" || exit 1
  file=$6
else
  file=$dir/locustfile.py
  printf '%s' "$1" >"$file"
fi
: >"$dir/load_stats_history.csv"
locust -f "$file" --headless -u "$2" -r "$3" -t "$4s" \${7:+-H "$7"} --csv "$dir/load" --csv-full-history --only-summary >"$dir/log" 2>&1 &
pid=$!
tail -n +1 -s 0.5 --pid="$pid" -F "$dir/load_stats_history.csv" 2>/dev/null
wait "$pid"
code=$?
tail -n 20 "$dir/log" >&2
exit "$code"`

export const locustArgv = ({ urls, users, spawnPerS, durationS }: HttpLoad, own?: OwnLocustfile): string[] => [
  ...['sh', '-c', SCRIPT, 'sh', own ? '' : locustfile(urls), String(users), String(spawnPerS)],
  ...[String(Math.ceil(durationS)), ...(own ? [own.workdir ?? '', own.file, urls[0] ?? ''] : [])],
]

const COLUMNS = {
  atS: 'Timestamp',
  users: 'User Count',
  name: 'Name',
  p50: '50%',
  p95: '95%',
  p99: '99%',
  requests: 'Total Request Count',
  failures: 'Total Failure Count',
} as const
type Column = keyof typeof COLUMNS

const number = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : null

/** Reads locust's `…_stats_history.csv` line by line; rows are those of SAMPLE_COLUMNS.requests. */
export class LocustHistory {
  #places: Record<Column, number> | null = null
  #last = { requests: 0, failures: 0 }

  /** The row of a line about all requests together; null for any other line. */
  line(text: string): SampleRow | null {
    if (text.startsWith(COLUMNS.atS)) {
      this.#places = placesIn(text.split(','))
      return null
    }
    // A name with a comma in it is quoted; the sum of all has neither.
    const places = this.#places
    if (!places || text.includes('"')) return null
    const cells = text.split(',')
    const at = (column: Column) => number(cells[places[column]])
    const [atS, requests, failures] = [at('atS'), at('requests'), at('failures')]
    if (cells[places.name] !== 'Aggregated' || atS === null || requests === null || failures === null) return null
    const row = [atS * 1000, requests - this.#last.requests, failures - this.#last.failures]
    this.#last = { requests, failures }
    return [...row, at('p50'), at('p95'), at('p99'), at('users')]
  }
}

function placesIn(header: readonly string[]): Record<Column, number> | null {
  const entries = Object.entries(COLUMNS).map(([column, title]) => [column, header.indexOf(title)] as const)
  return entries.every(([, at]) => at >= 0) ? (Object.fromEntries(entries) as Record<Column, number>) : null
}

/** Starts the requests; rows are those of SAMPLE_COLUMNS.requests. Rejects with `ssh-…`. */
export function startLocust(access: LabAccess<AnyLab>, load: HttpLoad, options: ToolOptions): Promise<RunningTool> {
  const history = new LocustHistory()
  const read = (line: string) => ({ row: history.line(line) ?? undefined, keep: true })
  return startTool(access, load.from, locustArgv(load), read, options)
}
