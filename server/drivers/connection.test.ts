import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection, DevicePresent } from '../domain/case'
import { execAt } from './at'
import { disconnection, planConnection } from './connection'
import { applyDesired, checkDesired } from './restore'
import { revertScript } from './revert'
import { type RealLab, startRealLab, testLab } from './test-lab'

const inherited: DevicePresent = {
  kind: 'device-present',
  ...{ instance: 'fw1', device: 'eth1', settings: null, keptMac: '02:00:00:00:00:01', linux: 'fxp1' },
  ...{ otherNames: ['enp6s0', 'eth1'], mac: '02:00:00:00:00:01', mtu: 1500, up: true, addresses: ['10.99.0.2/30'] },
}
const own: DevicePresent = {
  ...inherited,
  settings: { type: 'nic', network: 'br', hwaddr: '02:00:00:00:00:01', name: 'fxp1' },
  keptMac: null,
}

describe('the commands of a connection', () => {
  const lab = testLab()
  const texts = (connection: Connection) =>
    [disconnection(lab, connection), ...planConnection(lab, connection).apply].map(({ argv }) =>
      argv.filter((word) => !word.includes('\n')).join(' '),
    )

  it('remove an own device, and add it again with its own settings', () => {
    expect(texts(own)).toEqual([
      'incus config device remove fw1 eth1',
      'incus config device add fw1 eth1 nic hwaddr=02:00:00:00:00:01 name=fxp1 network=br',
      'sh -c sh fw1 eth1 fxp1 02:00:00:00:00:01 1500 up enp6s0 eth1 10.99.0.2/30 incus',
    ])
  })

  it('mask one that comes from a profile, and give the container tool its MAC back', () => {
    expect(texts(inherited)).toEqual([
      'incus config device add fw1 eth1 none',
      'incus config device remove fw1 eth1',
      expect.stringMatching(/^sh -c sh fw1 eth1 /),
      'incus config set fw1 volatile.eth1.hwaddr=02:00:00:00:00:01',
    ])
  })

  it('set a virtual function or a bridge down and back', () => {
    expect(texts({ kind: 'vf-link', host: 'lab-host', pf: 'eno6np1', vf: 3, state: 'auto' })).toEqual([
      'ip link set dev eno6np1 vf 3 state disable',
      'ip link set dev eno6np1 vf 3 state auto',
    ])
    expect(texts({ kind: 'link-up', host: 'lab-host', link: 'br-hb' })).toEqual([
      'ip link set dev br-hb down',
      'ip link set dev br-hb up',
    ])
  })
})

/** A link is a file of shell variables, below the machine's name. */
const IP = `cd "$LAB_DIR/links/\${INSTANCE:-host}" || exit 1
save() { printf 'mac=%s mtu=%s flags=%s addresses="%s"\\n' "$mac" "$mtu" "$flags" "$addresses" >"$1"; }
case "$1 $2 $3" in
'-o link show') for link in *; do . "./$link"; echo "3: $link@if9: <X> mtu $mtu \\    link/ether $mac brd ff"; done ;;
'link show '*) [ -e "$4" ] || { echo "Device \\"$4\\" does not exist." >&2; exit 1; }
  . "./$4"; echo "3: $4: <BROADCAST,MULTICAST$flags> mtu $mtu state X"; echo "    link/ether $mac brd ff:ff:ff:ff:ff:ff" ;;
'link set '*) [ -e "$4" ] || exit 1
  . "./$4"
  case $5 in
  up) flags=,UP,LOWER_UP ;;
  down) flags= ;;
  mtu) mtu=$6 ;;
  address) mac=$6 ;;
  name) [ -z "$flags" ] || exit 2; rm "$4"; save "$6"; exit 0 ;;
  esac
  save "$4" ;;
'address show '*) . "./$4"; for a in $addresses; do echo "    inet $a scope global $4"; done ;;
'address replace '*) . "./$5"; case " $addresses " in *" $3 "*) ;; *) addresses="$addresses $3" ;; esac; save "$5" ;;
esac`

const INCUS = `case "$1 $2 $3" in
exec*) INSTANCE=$2; export INSTANCE; shift 3; exec "$@" ;;
'config device add') rm -f "$LAB_DIR/links/$4/fxp1" ;;
'config device remove') cd "$LAB_DIR/links/$4"; [ -e fxp1 ] || [ -e "$(cat ../../name)" ] ||
  printf 'mac=00:16:3e:aa:bb:cc mtu=1500 flags= addresses=\\n' >"$(cat ../../name)" ;;
'config get fw1') echo 00:16:3e:aa:bb:cc ;;
'config set fw1') echo "$4" >"$LAB_DIR/kept" ;;
esac`

describe('a device that was taken away', () => {
  let lab: RealLab
  const tag = 'run1/undo'
  const links = () => readdirSync(join(lab.directory, 'links', 'fw1'))

  beforeEach(async () => {
    lab = await startRealLab()
    for (const [name, script] of Object.entries({ ip: IP, incus: INCUS })) {
      writeFileSync(join(lab.directory, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(lab.directory, name), 0o755)
    }
    writeFileSync(join(lab.directory, 'name'), 'enp6s0')
    for (const [machine, name] of [
      ['fw1', 'fxp1'],
      ['host', 'br-hb'],
    ] as const) {
      mkdirSync(join(lab.directory, 'links', machine), { recursive: true })
      const facts = 'mac=02:00:00:00:00:01 mtu=1500 flags=,UP,LOWER_UP addresses=10.99.0.2/30\n'
      writeFileSync(join(lab.directory, 'links', machine, name), facts)
    }
  })
  afterEach(() => lab.close())

  const cut = async (connection: Connection) => {
    const { place, argv } = disconnection(lab.access.lab, connection)
    await execAt(lab.access, place, argv, { tag, timeoutMs: 5000 })
  }
  const isMet = async (connection: Connection) => (await checkDesired(lab.access, connection, { tag })).met

  it.each(['enp6s0', 'enp12s0'])('is back with name, MAC and addresses, though it came as %s', async (name) => {
    writeFileSync(join(lab.directory, 'name'), name)
    expect(await isMet(inherited)).toBe(true)
    await cut(inherited)
    expect([await isMet(inherited), links()]).toEqual([false, []])
    for (let times = 0; times < 2; times++) await applyDesired(lab.access, inherited, { tag, budgetMs: 5000 })
    expect([await isMet(inherited), links()]).toEqual([true, ['fxp1']])
    expect(readFileSync(join(lab.directory, 'kept'), 'utf8')).toBe('volatile.eth1.hwaddr=02:00:00:00:00:01\n')
  })

  it.each([
    ['MAC', 'mac=02:00:00:00:00:09 mtu=1500 flags=,UP,LOWER_UP addresses=10.99.0.2/30'],
    ['state', 'mac=02:00:00:00:00:01 mtu=1500 flags= addresses=10.99.0.2/30'],
    ['address', 'mac=02:00:00:00:00:01 mtu=1500 flags=,UP,LOWER_UP addresses='],
  ])('is not back while its %s differs', async (_, facts) => {
    writeFileSync(join(lab.directory, 'links', 'fw1', 'fxp1'), `${facts}\n`)
    expect(await isMet(inherited)).toBe(false)
    await applyDesired(lab.access, inherited, { tag, budgetMs: 5000 })
    expect(await isMet(inherited)).toBe(true)
  })

  it('and a bridge that was set down are put back by the lease without the app', async () => {
    const bridge = { kind: 'link-up', host: 'lab-host', link: 'br-hb' } as const
    await cut(inherited)
    await cut(bridge)
    expect([await isMet(inherited), await isMet(bridge)]).toEqual([false, false])
    const env = { ...process.env, PATH: `${lab.directory}:${process.env.PATH}`, LAB_DIR: lab.directory }
    for (let times = 0; times < 2; times++)
      execFileSync('sh', ['-c', revertScript(lab.access.lab, 'run1', [inherited, bridge])], { env })
    expect([await isMet(inherited), await isMet(bridge)]).toEqual([true, true])
  }, 20_000)
})
