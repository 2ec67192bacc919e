import { afterEach, describe, expect, it } from 'vitest'
import { delay, testLab } from '../testing/client'

let open: Awaited<ReturnType<typeof testLab>> | null = null
async function start() {
  open = await testLab()
  return open
}
afterEach(async () => {
  await open?.close()
  open = null
})

const CONF = `mkdir -p /run/t && : >/run/t/leases && printf 'timeout 2;\\nsend dhcp-client-identifier "x";\\n' >/run/t/conf`
const FILES = '-cf /run/t/conf -lf /run/t/leases -pf /run/t/pid'
const CAPTURE = 'timeout -s INT 3 tcpdump -l -n -tt -e'

describe('dhclient', () => {
  it('gets a lease from the primary, applies nothing with a script of its own, gives it back', async () => {
    const { lab, client } = await start()
    const sh = (script: string) => client.inside('cluster-lan-host', 'sh', '-c', script)
    const addresses = () => lab.world.machine('cluster-lan-host').devices.find(({ name }) => name === 'eth0')?.addresses
    const captures = [
      client.inside('cluster-lan-host', 'sh', '-c', `${CAPTURE} -i eth0 udp port 67 or udp port 68`),
      client.inside('bpfrx-fw0', 'sh', '-c', `${CAPTURE} -Q out -i ge-0-0-0 udp port 67 or udp port 68`),
      client.inside('bpfrx-fw1', 'sh', '-c', `${CAPTURE} -Q out -i ge-7-0-0 udp port 67 or udp port 68`),
    ]
    await delay(300)
    const asked = await sh(`${CONF}; timeout -s INT 1 dhclient -1 -d -v ${FILES} -sf /bin/true eth0`)
    expect(asked.stderr).toMatch(
      /DHCPOFFER of (10\.0\.60\.1\d\d) from 10\.0\.60\.1\n[\s\S]*bound to \1 -- renewal in \d+ seconds\.\n/,
    )
    expect(addresses()).toEqual(['10.0.60.102/24'])
    const file = await sh('cat /run/t/leases')
    expect(file.stdout).toMatch(/^lease \{\n {2}interface "eth0";\n {2}fixed-address 10\.0\.60\.1\d\d;\n[\s\S]*\n\}\n$/)
    expect(lab.world.dhcp.list(Date.now()).map(({ client: id }) => id)).toEqual(['x'])
    const released = await sh(`dhclient -r -v ${FILES} -sf /bin/true eth0`)
    expect(released.stderr).toMatch(/DHCPRELEASE of 10\.0\.60\.1\d\d on eth0 to 10\.0\.60\.1 port 67\n$/)
    expect(lab.world.dhcp.list(Date.now())).toEqual([])
    const [host = '', primary = '', secondary = ''] = (await Promise.all(captures)).map(({ stdout }) => stdout)
    expect(host.match(/BOOTP\/DHCP, Request from 00:16:3e:5a:60:66, length 300/g)).toHaveLength(3)
    expect(host).toMatch(
      /^\d+\.\d{6} 02:bf:72:01:02:00 > .*length 342: 10\.0\.60\.1\.67 > 10\.0\.60\.1\d\d\.68: BOOTP\/DHCP, Reply/m,
    )
    expect(primary.match(/Reply/g)).toHaveLength(2)
    expect(primary).not.toContain('Request')
    expect(secondary).toBe('')
  })

  it('gives up where nobody answers, changes the host without a script of its own', async () => {
    const { lab, client } = await start()
    const sh = (script: string) => client.inside('cluster-lan-host', 'sh', '-c', script)
    await lab.control.switch({ name: 'no-dhcp', on: true })
    const silent = await sh(`${CONF}; dhclient -1 -d -v ${FILES} -sf /bin/true eth0`)
    expect([silent.code, silent.stderr.split('\n').slice(-3)]).toEqual([
      2,
      ['No DHCPOFFERS received.', 'Unable to obtain a lease on first try.  Exiting.', ''],
    ])
    await lab.control.switch({ name: 'no-dhcp', on: false })
    await sh(`${CONF}; dhclient -1 -v ${FILES} eth0`)
    expect(lab.world.machine('cluster-lan-host').devices[1]?.addresses).toHaveLength(2)
    expect((await sh('dhclient --version')).stderr).toBe('isc-dhclient-4.4.3-P1\n')
    expect((await sh('dhclient -lf /nowhere/leases eth0')).stderr).toContain(
      'Failed to get realpath for /nowhere/leases',
    )
  })
})
