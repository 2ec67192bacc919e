import { presetOf } from '../domain/impairment'
import { type WanLink, wanLinks } from '../domain/wan'
import { readVms } from '../drivers/pve/pve'
import { readingText, readsGood, type WanulatorOptions } from '../drivers/wanulator/wanulator'
import { isLinkUp } from './instance-facts'
import { type Check, checkOf, guarded } from './preflight'
import { readPveLinks, readWanulator, type WanAccess } from './wan-facts'

const LINK = 'link-'
const NICS = 'nics'

/** Every WANulator on a link runs. */
const checkVms = (access: WanAccess, { tag, signal }: WanulatorOptions): Promise<Check> =>
  guarded('vms', 'WANulators running', async () => {
    const rows = await readVms(access, { tag, signal })
    const links = wanLinks(access.lab.wan)
    const states = links.map(({ wanulator: { vm, title } }) => {
      const status = rows.find((row) => row.vm === vm)?.status ?? 'absent'
      return { vm, status, text: `${title} (VM ${vm}) is ${status}` }
    })
    const wrong = states.filter(({ status }) => status !== 'running')
    const { command, host } = access.lab.wan.pve
    const hint = `On ${host}: ${wrong.map(({ vm }) => [...command, 'start', vm].join(' ')).join('; ')}, and wait until it has booted.`
    const found = wrong.map(({ text }) => text).join(', ') || `${links.length} of ${links.length}`
    return checkOf('vms', 'WANulators running', wrong.length === 0, found, hint)
  })

/** Every NIC on a link has its link: a cable that is out looks like a link that failed. */
const checkNics = (access: WanAccess, options: WanulatorOptions): Promise<Check> =>
  guarded(NICS, 'NICs of the links up', async () => {
    const found = await readPveLinks(access, options)
    const names = wanLinks(access.lab.wan).flatMap(({ toIsp, toRouter }) => [toRouter.nic.name, toIsp.nic.name])
    const down = names.flatMap((name) => {
      const link = found?.find(({ ifname }) => ifname === name)
      if (!link) return [`${name} is not there`]
      return isLinkUp(link) ? [] : [`${name} is down`]
    })
    const { host } = access.lab.wan.pve
    const hint = `On ${host}: look at the cable, then "ip link set dev NIC up".`
    const text = found ? down.join(', ') : 'the host did not list its links'
    return checkOf(NICS, 'NICs of the links up', found !== null && down.length === 0, text || `${names.length}`, hint)
  })

/** What a link's WANulator reads: everything passed on, by one emulator. */
function checkGood(access: WanAccess, { id, isp, wanulator }: WanLink, options: WanulatorOptions): Promise<Check> {
  const title = `${isp.title}: ${wanulator.title} (VM ${wanulator.vm}) reads good`
  return guarded(`${LINK}${id}`, title, async () => {
    const { reading } = await readWanulator(access, wanulator, options)
    const hint =
      reading.kind === 'impairment'
        ? `It was left ${presetOf(reading.impairment.toIsp) ?? 'impaired'}: apply a good .wcfg.`
        : 'Restart the VM, or apply a good .wcfg on its console.'
    return checkOf(`${LINK}${id}`, title, readsGood(reading), readingText(reading), hint)
  })
}

/** Whether asking again would tell nothing new: a console has had its time already, and a link that flaps is none to test. */
export const isFinalCheck = ({ id }: Check): boolean => id === NICS || id.startsWith(LINK)

/** All that has to be right before a link is degraded. Rejects only when cancelled. */
export async function checkWan(access: WanAccess, options: WanulatorOptions): Promise<Check[]> {
  const links = wanLinks(access.lab.wan)
  const [vms, nics, ...good] = await Promise.all([
    checkVms(access, options),
    checkNics(access, options),
    ...links.map((link) => checkGood(access, link, options)),
  ])
  const title = 'At least two links'
  const several = checkOf(
    'links',
    title,
    links.length > 1,
    String(links.length),
    'One link has nothing to fail over to.',
  )
  return [vms, nics, several, ...good]
}
