import { IdSchema } from '../../domain/ids'
import { AppError } from '../../errors'
import { labState } from '../routers/labs'
import { requireRun } from '../run-detail'
import { queryList, queryNumber, type RestCall, readBody } from './route'
import { restRun, restRunRow, runUrl } from './run'
import { NewRunSchema, RunsQuerySchema, SetSwitchSchema } from './schema'
import { eventLines, requireStream, sampleLines, streamed } from './stream'

const idOf = ({ params }: RestCall): string => {
  const id = IdSchema.safeParse(params.id)
  if (id.success) return id.data
  throw new AppError('not-found', `there is no run "${params.id}"`)
}

const labOf = ({ params, services }: RestCall): string => services.labs.get(params.lab ?? '').id

/** GET /api/health: answers 503 when the database does not. */
export async function health({ services }: RestCall): Promise<Response> {
  const running = await services.runs.unfinished()
  const labs = services.labs.list()
  return Response.json({
    status: 'ok',
    version: services.version,
    labs: { usable: labs.filter((lab) => lab.ok).length, broken: labs.filter((lab) => !lab.ok).length },
    unfinishedRuns: running.length,
    eventLoop: services.eventLoop(),
  })
}

export async function listLabs({ api }: RestCall): Promise<Response> {
  const entries = await api.labs.list()
  const labs = entries.map((entry) => {
    if (entry.ok) {
      const { id, title, notes, file, allowDestructive } = entry
      return { id, title, notes, file, allowDestructive, errors: [] }
    }
    const { id, file, errors } = entry
    return { id, title: file, notes: null, file, allowDestructive: false, errors }
  })
  return Response.json(labs)
}

export async function labStatus(call: RestCall): Promise<Response> {
  const lab = labOf(call)
  const [live, state] = await Promise.all([call.api.labs.statusOnce({ lab }), labState(call.services, lab)])
  const queue = state.queue.map((run) => restRunRow(run, call.services.publicUrl))
  return Response.json({ lab, quarantine: state.quarantine, queue, live })
}

export async function checkLab(call: RestCall): Promise<Response> {
  return Response.json(await call.api.labs.check({ lab: labOf(call) }))
}

export async function labExpectations(call: RestCall): Promise<Response> {
  return Response.json(await call.api.labs.expectations({ lab: labOf(call) }))
}

export async function listSwitches(call: RestCall): Promise<Response> {
  return Response.json(await call.api.switches.list({ lab: labOf(call) }))
}

/** Answers with the switch as it is afterwards. */
export async function setSwitch(call: RestCall): Promise<Response> {
  const lab = labOf(call)
  const id = call.params.id ?? ''
  const { on } = await readBody(call.request, SetSwitchSchema)
  const all = await call.api.switches.set({ lab, id, on })
  return Response.json(all.find((entry) => entry.id === id))
}

/** Of one lab (?lab=), else as the first usable lab has them. */
export async function listCases({ api, services, query }: RestCall): Promise<Response> {
  const first = services.labs.list().find((entry) => entry.ok)
  const lab = query.get('lab') ?? (first?.ok ? first.lab.id : null)
  return Response.json(lab === null ? [] : await api.cases.list({ lab: services.labs.get(lab).id }))
}

export async function startRun(call: RestCall): Promise<Response> {
  const lab = labOf(call)
  const body = await readBody(call.request, NewRunSchema)
  const { id, ids } = await call.api.runs.start({ lab, ...body })
  const url = runUrl(call.services.publicUrl, id)
  return Response.json({ id, ids, url }, { status: 201, headers: { location: `/api/v1/runs/${id}` } })
}

export async function listRuns({ api, services, query }: RestCall): Promise<Response> {
  const filter = RunsQuerySchema.parse({
    lab: queryList(query, 'lab'),
    case: queryList(query, 'case'),
    verdict: queryList(query, 'verdict'),
  })
  const page = await api.runs.list({
    labs: filter.lab,
    cases: filter.case,
    verdicts: filter.verdict,
    limit: queryNumber(query, 'limit'),
    cursor: query.get('cursor') || null,
  })
  const runs = page.runs.map((run) => restRunRow(run, services.publicUrl))
  return Response.json({ runs, nextCursor: page.nextCursor })
}

export async function getRun(call: RestCall): Promise<Response> {
  return Response.json(restRun(await call.api.runs.get({ id: idOf(call) }), call.services.publicUrl))
}

/** 202: the run restores the lab before it ends. */
export async function cancelRun(call: RestCall): Promise<Response> {
  const { id } = await requireRun(call.services, idOf(call))
  await call.api.runs.cancel({ id })
  return Response.json({ id, url: runUrl(call.services.publicUrl, id) }, { status: 202 })
}

export async function runEvents(call: RestCall): Promise<Response> {
  const { id } = await requireRun(call.services, idOf(call))
  const after = queryNumber(call.query, 'after') ?? 0
  return streamed(eventLines(call.services, id, after), 'application/x-ndjson; charset=utf-8')
}

export async function runSamples(call: RestCall): Promise<Response> {
  const id = idOf(call)
  const stream = await requireStream(call.services, id, call.query.get('stream'))
  return streamed(sampleLines(call.services, id, stream), 'text/csv; charset=utf-8')
}

/** A pcap of a WAN run, as far as it was kept. */
export async function runCapture(call: RestCall): Promise<Response> {
  const { id } = await requireRun(call.services, idOf(call))
  const name = call.params.name ?? ''
  const { bytes, body } = await call.services.captures.read(id, name)
  const headers = {
    'content-type': 'application/vnd.tcpdump.pcap',
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${id}-${name}"`,
  }
  return new Response(body, { headers })
}

/** Everything else below /api. */
export async function unknownAddress({ request }: RestCall): Promise<Response> {
  const { pathname } = new URL(request.url)
  throw new AppError('not-found', `there is nothing at ${pathname}`, { hint: 'GET /api/v1 lists what there is.' })
}
