import { describe, expect, it } from 'vitest'
import { parseVmConfig, parseVmList, parseVmStatus, qmError, startVm, stopVm, vmConfig } from './qm'

// written in the way of PVE 8
const LIST = `      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID
       100 wanulator-spare      stopped    4096              32.00 0
       101 wanulator-byu        running    4096              32.00 2101
       103 wanulator-starlink1  running    4096               0.00 2307
`
const CONFIG = `boot: order=ide2;net0
cores: 2
description: Versa 0%3A net0%0Anet9%3A virtio
ide2: local:iso/wanulator-2.4-serial.iso,media=cdrom,size=1340M
memory: 4096
meta: creation-qemu=8.1.5,ctime=1761000000
name: wanulator-byu
net1: e1000=BC:24:11:0A:01:02,bridge=vmbr4,link_down=1,tag=50
net0: virtio=BC:24:11:0A:01:01,bridge=vmbr3,firewall=1
numa: 0
serial0: socket
smbios1: uuid=00000000-0000-4000-8000-000000000000
`

describe('qm', () => {
  it('takes the command of the lab file', () => {
    expect(stopVm({ command: ['sudo', 'qm'] }, 101)).toEqual(['sudo', 'qm', 'stop', '101'])
    expect(startVm({ command: ['qm'] }, 101).join(' ')).toBe('env -u FAILOVER_LAB_RUN qm start 101')
    expect(vmConfig({ command: ['qm'] }, 101).slice(0, 3)).toEqual(['qm', 'config', '101'])
  })

  it('lists VMs', () => {
    expect(parseVmList(LIST.replaceAll('\n', '\r\n'))).toEqual([
      { vm: 100, name: 'wanulator-spare', status: 'stopped', pid: null },
      { vm: 101, name: 'wanulator-byu', status: 'running', pid: 2101 },
      { vm: 103, name: 'wanulator-starlink1', status: 'running', pid: 2307 },
    ])
    expect(parseVmList('')).toEqual([])
    expect(() => parseVmList('bash: qm: command not found')).toThrowError(/did not print/)
  })

  it('tells a status', () => {
    expect(parseVmStatus('status: running\n')).toBe('running')
    expect(() => parseVmStatus('')).toThrowError(/did not print/)
  })

  it('reads the network devices in the order of the guest, and the console', () => {
    expect(parseVmConfig(CONFIG)).toEqual({
      name: 'wanulator-byu',
      nets: [
        {
          ...{ index: 0, model: 'virtio', mac: 'bc:24:11:0a:01:01', bridge: 'vmbr3', isLinkDown: false, vlan: null },
          text: 'virtio=BC:24:11:0A:01:01,bridge=vmbr3,firewall=1',
        },
        {
          ...{ index: 1, model: 'e1000', mac: 'bc:24:11:0a:01:02', bridge: 'vmbr4', isLinkDown: true, vlan: 50 },
          text: 'e1000=BC:24:11:0A:01:02,bridge=vmbr4,link_down=1,tag=50',
        },
      ],
      hasSerialSocket: true,
    })
    expect(parseVmConfig('cores: 2\nnet0: virtio\n')).toMatchObject({
      hasSerialSocket: false,
      nets: [{ mac: null, bridge: null }],
    })
    expect(() => parseVmConfig('')).toThrowError(/did not print/)
  })

  it.each([
    ["Configuration file 'nodes/pve/qemu-server/109.conf' does not exist", 'there is no such VM'],
    ['VM 101 already running', 'runs already'],
    ['VM is locked (backup)', 'locked'],
    ['please run as root', 'may not run qm'],
    ['something else', '"qm start 101" failed'],
  ])('says what its refusal means: %s', (stderr, message) => {
    const error = qmError('pve', ['qm', 'start', '101'], stderr)
    expect([error.code, error.message, error.stderrTail]).toEqual([
      'command-failed',
      expect.stringContaining(message),
      stderr,
    ])
  })
})
