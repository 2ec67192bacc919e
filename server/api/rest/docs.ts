import { z } from 'zod'
import { CaseViewSchema } from '../../domain/case'
import { LabCheckSchema } from '../../domain/check'
import { ExpectationsViewSchema } from '../../domain/expectations'
import { SAMPLE_COLUMNS } from '../../domain/sample'
import type { RestCall } from './route'
import {
  NewRunSchema,
  RestErrorSchema,
  RestLabSchema,
  RestRunPageSchema,
  RestRunSchema,
  RestSwitchSchema,
  SetSwitchSchema,
  StartedRunSchema,
} from './schema'

type Endpoint = { method: string; path: string; does: string; body?: string; returns: string }

const ENDPOINTS: Endpoint[] = [
  {
    method: 'GET',
    path: '/api/health',
    does: 'Is it up? 503 when the database does not answer.',
    returns: '{status, version, …}',
  },
  { method: 'GET', path: '/api/v1/labs', does: 'Configured labs, broken files with their errors.', returns: 'Lab[]' },
  {
    method: 'GET',
    path: '/api/v1/labs/{lab}/status',
    does: 'Live status of nodes, hosts and WAN links, queue, quarantine. Asks the lab, so it may take seconds.',
    returns: '{lab, quarantine, queue, live}',
  },
  {
    method: 'GET',
    path: '/api/v1/labs/{lab}/check',
    does: 'Holds the lab file against what is there and says what differs or is missing, with the command that would mend it. Changes nothing; takes up to 20 s.',
    returns: 'Check',
  },
  {
    method: 'GET',
    path: '/api/v1/labs/{lab}/expectations',
    does: 'Performance: what is expected of the lab, what its completed runs measured last and how it varies.',
    returns: 'Expectations',
  },
  {
    method: 'GET',
    path: '/api/v1/cases?lab=',
    does: 'Test cases, their parameters and criteria; what blocks them on the lab.',
    returns: 'Case[]',
  },
  {
    method: 'POST',
    path: '/api/v1/labs/{lab}/runs',
    does: 'Starts a run; it queues while another is running.',
    body: 'NewRun',
    returns: '201 StartedRun',
  },
  {
    method: 'GET',
    path: '/api/v1/labs/{lab}/switches',
    does: 'What makes the lab misbehave on purpose, and which of it is on. Asks the lab.',
    returns: 'Switch[]',
  },
  {
    method: 'PUT',
    path: '/api/v1/labs/{lab}/switches/{id}',
    does: 'Turns a switch on or off; 409 while a run goes on or waits there. POST does the same.',
    body: 'SetSwitch',
    returns: 'Switch',
  },
  {
    method: 'GET',
    path: '/api/v1/runs?lab=&case=&verdict=&limit=&cursor=',
    does: 'History, newest first. lab, case and verdict may be repeated; limit is at most 200; cursor is the nextCursor of the page before.',
    returns: 'RunPage',
  },
  { method: 'GET', path: '/api/v1/runs/{id}', does: 'One run; "ending" is null while it goes on.', returns: 'Run' },
  {
    method: 'POST',
    path: '/api/v1/runs/{id}/cancel',
    does: 'Cancels; the lab is restored before the run ends.',
    returns: '202 StartedRun',
  },
  {
    method: 'GET',
    path: '/api/v1/runs/{id}/events?after=',
    does: 'Events stored so far with seq > after, one JSON object a line.',
    returns: 'NDJSON',
  },
  {
    method: 'GET',
    path: '/api/v1/runs/{id}/samples.csv?stream=',
    does: 'Every sample of one stream, e.g. probe:internet; a wrong name is answered with the right ones.',
    returns: 'CSV',
  },
  {
    method: 'GET',
    path: '/api/v1/runs/{id}/captures/{name}',
    does: 'A pcap of a WAN run (headers only, up to its size cap); wan-captured in its events names them.',
    returns: 'pcap',
  },
]

const VALUES = {
  endings: 'completed, cancelled, timed-out, error, interrupted',
  verdicts: 'pass, fail, inconclusive',
  instants: 'epoch milliseconds; samples carry the clock of the host that took them',
  errors: '{"error":{"code","message","hint"}} with the status 400, 403, 404, 405, 409, 422, 500, 502, 503 or 504',
  access: 'requests must name this host (Host, Origin); a body must be sent as application/json',
}

const schemas = () => {
  const shapes = {
    Lab: RestLabSchema,
    Case: CaseViewSchema,
    Check: LabCheckSchema,
    Expectations: ExpectationsViewSchema,
    NewRun: NewRunSchema,
    StartedRun: StartedRunSchema,
    RunPage: RestRunPageSchema,
    Run: RestRunSchema,
    Switch: RestSwitchSchema,
    SetSwitch: SetSwitchSchema,
    Error: RestErrorSchema,
  }
  const io = (name: string) => (name === 'NewRun' || name === 'SetSwitch' ? 'input' : 'output')
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, z.toJSONSchema(shape, { io: io(name) })]),
  )
}

const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}pre{overflow:auto}code{white-space:nowrap}'

function page(version: string, publicUrl: string): string {
  const row = ({ method, path, does, body, returns }: Endpoint) =>
    `<tr><td><code>${method} ${html(path)}</code></td><td>${html(does)}</td><td>${body ?? ''}</td><td>${html(returns)}</td></tr>`
  const fact = ([name, text]: [string, string]) => `<dt><b>${name}</b></dt><dd>${html(text)}</dd>`
  const shape = ([name, schema]: [string, unknown]) =>
    `<details><summary>${name}</summary><pre>${html(JSON.stringify(schema, null, 2))}</pre></details>`
  const example = `curl -H 'content-type: application/json' -d '{"case":"TC-3","params":{}}' ${publicUrl}/api/v1/labs/LAB/runs`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Failover Lab API v1</title><style>${STYLE}</style><h1>Failover Lab API v1</h1><p>Version ${html(version)}.
As JSON: the same address with <code>Accept: application/json</code>.</p><pre>${html(example)}</pre>
<table><tr><th>Request</th><th>What it does</th><th>Body</th><th>Answer</th></tr>${ENDPOINTS.map(row).join('')}</table>
<h2>Values</h2><dl>${Object.entries(VALUES).map(fact).join('')}</dl>
<h2>Samples</h2><p>Columns by kind of stream, after the index:</p><pre>${html(
    Object.entries(SAMPLE_COLUMNS)
      .map(([kind, columns]) => `${kind}:  ${columns.join(', ')}`)
      .join('\n'),
  )}</pre><h2>Shapes (JSON Schema)</h2>${Object.entries(schemas()).map(shape).join('')}</html>`
}

/** GET /api/v1: this documentation, as a page for browsers, as JSON for everybody else. */
export async function docs({ request, services }: RestCall): Promise<Response> {
  const { version, publicUrl } = services
  if (request.headers.get('accept')?.includes('text/html'))
    return new Response(page(version, publicUrl), { headers: { 'content-type': 'text/html; charset=utf-8' } })
  return Response.json({
    title: 'Failover Lab API v1',
    version,
    endpoints: ENDPOINTS,
    values: VALUES,
    sampleColumns: SAMPLE_COLUMNS,
    schemas: schemas(),
  })
}
