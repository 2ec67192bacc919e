import { describe, expect, it } from 'vitest'
import { testLab } from '../../drivers/test-lab'
import type { PlaceFacts } from './place-facts'
import { kernelFinding, systemFindings, systemOf, systemQuestions } from './system'

const host = { host: 'lab-host' }
const fw0 = { instance: 'fw0' }
const DECLARED = {
  kernel: '6.1',
  bootOptions: ['intel_iommu=on', 'iommu=pt'],
  sysctls: {
    'net.ipv4.ip_forward': 1,
    'net/ipv4/conf/eth0.50/forwarding': '0',
    'net.ipv4.tcp_rmem': '4096 131072 6291456',
  },
}

function labWith({ ofHost = {}, ofInstance = {} }: { ofHost?: object; ofInstance?: object }) {
  const lab = testLab({
    instances: [
      { name: 'fw0', role: 'firewall', ...ofInstance },
      { name: 'fw1', role: 'firewall' },
      { name: 'lan', role: 'lan-host' },
    ],
  })
  const { hosts } = testLab({ hosts: [{ ...lab.hosts[0], ...ofHost }] })
  return { ...lab, hosts }
}

const facts = (kernel: string, rest: Record<string, [number, string]> = {}): PlaceFacts =>
  new Map([
    ['kernel', { exitCode: 0, text: `${kernel}\n` }],
    ...Object.entries(rest).map(([name, [exitCode, text]]) => [name, { exitCode, text }] as const),
  ])

describe('kernel', () => {
  const lab = labWith({ ofHost: DECLARED })

  it.each(['6.1', '6.1.0-18-amd64', '6.1-rc1'])('takes %s for a 6.1', (release) => {
    expect(kernelFinding(lab, host, facts(release), null)).toMatchObject({ status: 'ok', found: release })
  })

  it.each(['6.12.3', '5.10.0', '16.1'])('takes %s for another', (release) => {
    expect(kernelFinding(lab, host, facts(release), null)).toMatchObject({
      ...{ id: 'kernel/lab-host', status: 'differs', found: `release ${release}`, expected: 'release 6.1' },
      mend: { host: 'lab-host', command: 'sudo apt-get install -y linux-image-6.1' },
    })
  })

  it('of a container is that of its host, and then no finding of its own', () => {
    const both = labWith({ ofHost: DECLARED, ofInstance: { kernel: '6.1' } })
    expect(kernelFinding(both, fw0, facts('6.12'), 'lab-host')).toMatchObject({
      ...{ status: 'ok', found: '6.12, shared with lab-host' },
    })
    expect(kernelFinding(labWith({ ofInstance: { kernel: '6.1' } }), fw0, facts('6.12'), 'lab-host').mend?.host).toBe(
      'lab-host',
    )
    expect(kernelFinding(labWith({ ofInstance: { kernel: '6.1' } }), fw0, facts('6.12'), null).mend?.command).toBe(
      'incus exec fw0 -- apt-get install -y linux-image-6.1',
    )
  })
})

describe('boot options and sysctls', () => {
  const lab = labWith({ ofHost: DECLARED })
  const good: Record<string, [number, string]> = {
    cmdline: [0, 'BOOT_IMAGE=/vmlinuz ro intel_iommu=on iommu=pt quiet\n'],
    'sysctl/net.ipv4.ip_forward': [0, '1\n'],
    'sysctl/net/ipv4/conf/eth0.50/forwarding': [0, '0\n'],
    'sysctl/net.ipv4.tcp_rmem': [0, '4096\t131072\t6291456\n'],
  }

  it('asks for what is declared, by file', () => {
    expect(systemQuestions(systemOf(lab, host)).map(({ argv }) => argv.join(' '))).toEqual([
      ...['cat /proc/cmdline', 'cat /proc/sys/net/ipv4/ip_forward'],
      ...['cat /proc/sys/net/ipv4/conf/eth0.50/forwarding', 'cat /proc/sys/net/ipv4/tcp_rmem'],
    ])
    expect(systemQuestions(systemOf(lab, fw0))).toEqual([])
  })

  it('finds nothing wrong where all is as declared, and nothing at all where nothing is', () => {
    const found = systemFindings(lab, host, facts('6.1', good), null)
    expect(found.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(systemFindings(lab, fw0, facts('6.1'), null)).toEqual([])
  })

  it('names the option that is missing or other, and adds it', () => {
    const cmdline: [number, string] = [0, 'ro intel_iommu=off quiet']
    const [boot] = systemFindings(lab, host, facts('6.1', { ...good, cmdline }), null)
    expect(boot?.differences).toEqual([
      { what: 'intel_iommu', declared: 'intel_iommu=on', found: 'intel_iommu=off', where: '/proc/cmdline' },
      { what: 'iommu', declared: 'iommu=pt', found: 'not there', where: '/proc/cmdline' },
    ])
    expect(boot?.mend?.command).toContain(
      `sed -i 's|^\\(GRUB_CMDLINE_LINUX="[^"]*\\)"|\\1 iommu=pt"|' /etc/default/grub`,
    )
    expect(boot?.mend?.command).toMatch(/ && sudo update-grub$/)
  })

  it('names the sysctl that differs or is not there, and sets it', () => {
    const other: Record<string, [number, string]> = {
      'sysctl/net.ipv4.ip_forward': [0, '0\n'],
      'sysctl/net.ipv4.tcp_rmem': [1, 'cat: /proc/sys/net/ipv4/tcp_rmem: No such file or directory'],
    }
    const wrong = systemFindings(lab, host, facts('6.1', { ...good, ...other }), null).filter(
      ({ status }) => status !== 'ok',
    )
    expect(wrong).toMatchObject([
      {
        ...{ id: 'sysctl/lab-host/net.ipv4.ip_forward', status: 'differs', found: 'value 0', expected: 'value 1' },
        mend: { command: 'sudo sysctl -w net.ipv4.ip_forward=1' },
      },
      { id: 'sysctl/lab-host/net.ipv4.tcp_rmem', status: 'missing' },
    ])
  })
})
