import type { Finding } from '../../domain/check'
import type { Place } from '../../domain/ids'
import { type AnyLab, type Host, type Instance, instancesOf } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { type About, differing, fine, mendAt, said, wrong } from './finding'
import { isThere, type PlaceFacts, type Question } from './place-facts'

const MAX_CMDLINE = 4096

type System = Pick<Host | Instance, 'kernel' | 'bootOptions' | 'sysctls'>

const groupOf = (place: Place) => ('host' in place ? 'host' : 'instance')

/** What the lab file says of the system of a place. */
export const systemOf = (lab: AnyLab, place: Place): System =>
  ('host' in place
    ? lab.hosts.find(({ id }) => id === place.host)
    : instancesOf(lab).find(({ name }) => name === place.instance)) ?? {}

/** Where a sysctl stands below /proc/sys: dots become slashes, unless it is written with slashes already. */
const fileOf = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`

/** What has to be asked of a place to hold its system against the lab file. */
export const systemQuestions = ({ bootOptions = [], sysctls = {} }: System): Question[] => [
  ...(bootOptions.length > 0 ? [{ name: 'cmdline', argv: ['cat', '/proc/cmdline'], maxChars: MAX_CMDLINE }] : []),
  ...Object.keys(sysctls).map((name) => ({ name: `sysctl/${name}`, argv: ['cat', fileOf(name)] })),
]

/** Whether a release begins with what is declared, and that at the end of a number: "6.1" is not 6.12. */
const isRelease = (release: string, declared: string): boolean =>
  release.startsWith(declared) && !(/\d$/.test(declared) && /^\d/.test(release.slice(declared.length)))

/** A kernel's release against the declared one. `sharedWith`: the host whose kernel it is, null when it has its own. */
export function kernelFinding(lab: AnyLab, place: Place, facts: PlaceFacts, sharedWith: string | null): Finding {
  const about: About = { id: `kernel/${placeName(place)}`, group: groupOf(place), place, title: 'Kernel' }
  const release = said(facts.get('kernel')?.text ?? '')
  if (release === '') return wrong(about, 'unknown', { found: 'uname says nothing', expected: 'a kernel release' })
  const isOfHost = sharedWith !== null && systemOf(lab, { host: sharedWith }).kernel !== undefined
  const declared = isOfHost ? undefined : systemOf(lab, place).kernel
  const found = sharedWith === null ? release : `${release}, shared with ${sharedWith}`
  if (declared === undefined || isRelease(release, declared)) return fine(about, found, declared ?? null)
  const at = sharedWith === null ? place : { host: sharedWith }
  const mend = mendAt(lab, at, ['apt-get', 'install', '-y', `linux-image-${declared}`])
  const hint = `Then boot it; or mend "kernel" in the lab file. The package is that of Debian, by its full release.`
  return differing(about, [{ what: 'release', declared, found: release, where: 'uname -r' }], { mend, hint })
}

/** Puts a word at the end of the kernel's command line, as GRUB on Debian has it. */
const bootWith = (option: string): string[] => [
  ...['sed', '-i', `s|^\\(GRUB_CMDLINE_LINUX="[^"]*\\)"|\\1 ${option}"|`, '/etc/default/grub'],
]

function bootFinding(lab: AnyLab, place: Place, facts: PlaceFacts, sharedWith: string | null): Finding[] {
  const { bootOptions = [] } = systemOf(lab, place)
  if (bootOptions.length === 0) return []
  if (sharedWith !== null && (systemOf(lab, { host: sharedWith }).bootOptions ?? []).length > 0) return []
  const about: About = { id: `boot/${placeName(place)}`, group: groupOf(place), place, title: 'Boot options' }
  const section = facts.get('cmdline')
  const words = (section?.text ?? '').split(/\s+/).filter(Boolean)
  if (!isThere(section) || section.exitCode !== 0 || words.length === 0) {
    const found = said(section?.text ?? '') || 'nothing'
    return [wrong(about, 'unknown', { found, expected: bootOptions.join(' ') })]
  }
  const missing = bootOptions.filter((option) => !words.includes(option))
  if (missing.length === 0) return [fine(about, bootOptions.join(' '), bootOptions.join(' '))]
  const differences = missing.map((option) => {
    const [key] = option.split('=')
    const other = words.filter((word) => word.split('=')[0] === key).join(' ')
    return { what: key ?? option, declared: option, found: other || 'not there', where: '/proc/cmdline' }
  })
  const at = sharedWith === null ? place : { host: sharedWith }
  const mend = mendAt(lab, at, ...missing.map(bootWith), ['update-grub'])
  const hint = 'Takes effect at the next boot. Without GRUB: where that machine keeps its kernel command line.'
  return [differing(about, differences, { mend, hint })]
}

function sysctlFinding(lab: AnyLab, place: Place, name: string, declared: string, facts: PlaceFacts): Finding {
  const about: About = {
    id: `sysctl/${placeName(place)}/${name}`,
    group: groupOf(place),
    place,
    title: `sysctl ${name}`,
  }
  const section = facts.get(`sysctl/${name}`)
  const found = said(section?.text ?? '')
  const isRead = isThere(section) && section.exitCode === 0
  // Several values are set apart by a tab.
  const isSame = (text: string) => text.split(/\s+/).join(' ') === declared.trim().split(/\s+/).join(' ')
  if (isRead && isSame(found)) return fine(about, found, declared)
  const hint = `It lasts until the next boot; for good, put "${name} = ${declared}" into a file in /etc/sysctl.d.`
  const mend = mendAt(lab, place, ['sysctl', '-w', `${name}=${declared}`])
  const where = fileOf(name)
  const difference = { what: 'value', declared, found: isRead ? found : found || 'not there', where }
  return differing(about, [difference], { status: isRead ? 'differs' : 'missing', mend, hint })
}

/** Boot options and sysctls of a place against the lab file; nothing where it says nothing of them. */
export const systemFindings = (lab: AnyLab, place: Place, facts: PlaceFacts, sharedWith: string | null): Finding[] => [
  ...bootFinding(lab, place, facts, sharedWith),
  ...Object.entries(systemOf(lab, place).sysctls ?? {}).map(([name, value]) =>
    sysctlFinding(lab, place, name, value, facts),
  ),
]
