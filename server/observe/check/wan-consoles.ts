import type { Finding, FindingStatus } from '../../domain/check'
import { type WanLink, wanLinks } from '../../domain/wan'
import { readingText, readsGood, type WanulatorOptions } from '../../drivers/wanulator/wanulator'
import { asAppError, type ErrorCode } from '../../errors'
import { readWanulator, type WanAccess } from '../wan-facts'
import { type About, type CheckOptions, fine, mendAt, type Part, within, wrong } from './finding'
import type { PveFound } from './wan-facts'

const EXPECTED = 'a login, the password accepted, one emulator, which passes everything on'
const GOOD_HINT = '"Make good" on the Lab page mends it, unless it is meant so.'

const RESTART_HINT =
  '"Restart VM" on the Lab page does it and makes the link good: a WANulator begins without an emulator.'

const STATUS: Partial<Record<ErrorCode, Exclude<FindingStatus, 'ok'>>> = {
  'console-auth': 'differs',
  'console-wedged': 'missing',
  'console-dead': 'missing',
  'console-lost': 'missing',
}

async function consoleFinding(
  access: WanAccess,
  { isp, wanulator }: WanLink,
  options: CheckOptions & Pick<WanulatorOptions, 'env'>,
): Promise<Finding> {
  const { lab } = access
  const { vm } = wanulator
  const place = { host: lab.wan.pve.host }
  const title = `Console of VM ${vm}, ${wanulator.title} (${isp.title})`
  const about: About = { id: `console/${vm}`, group: 'instance', place, title }
  try {
    const { reading } = await within(options.signal, () => readWanulator(access, wanulator, options))
    const text = readingText(reading)
    if (readsGood(reading)) return fine(about, 'login reached, password accepted, one emulator, good', EXPECTED)
    return wrong(about, 'differs', { found: text, expected: EXPECTED, hint: GOOD_HINT })
  } catch (cause) {
    const { code, message, hint = null } = asAppError(cause)
    if (options.signal.aborted) return wrong(about, 'unknown', { found: message, expected: EXPECTED, hint })
    const { command } = lab.wan.pve
    const isStuck = code === 'console-wedged' || code === 'console-dead'
    const restart = (word: string) => [...command, word, String(vm)]
    const mend = isStuck ? mendAt(lab, place, restart('stop'), restart('start')) : null
    const said = isStuck ? [hint, RESTART_HINT].filter(Boolean).join(' ') : hint
    return wrong(about, STATUS[code] ?? 'unknown', { found: message, expected: EXPECTED, mend, hint: said })
  }
}

/** What stands in the way of a VM's console; null when nothing does. */
function obstacle({ vms, configs }: PveFound, vm: number): string | null {
  if (!Array.isArray(vms)) return null
  const row = vms.find((one) => one.vm === vm)
  if (row?.status !== 'running') return row ? `VM ${vm} is ${row.status}` : `there is no VM ${vm}`
  const config = configs.get(vm)
  return config && 'nets' in config && !config.hasSerialSocket ? `VM ${vm} has no serial console` : null
}

/** The console of every WANulator that a link leads through: a login, the password, what is in force. */
export async function checkConsoles(
  access: WanAccess,
  found: PveFound,
  options: CheckOptions & Pick<WanulatorOptions, 'env'>,
): Promise<Part> {
  const place = { host: access.lab.wan.pve.host }
  const looked = wanLinks(access.lab.wan).map((link) => ({ link, reason: obstacle(found, link.wanulator.vm) }))
  const skipped = looked.flatMap(({ link: { wanulator }, reason }) =>
    reason === null ? [] : [{ place, what: `console of VM ${wanulator.vm}`, reason }],
  )
  const open = looked.filter(({ reason }) => reason === null)
  return { findings: await Promise.all(open.map(({ link }) => consoleFinding(access, link, options))), skipped }
}
