import { HOST, INTERNET, LAN, NODES, UNIT } from './topology'

/** /etc/os-release of every machine. */
export const release =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nID=debian\n'

/** Files that a machine has from the start. */
export function filesOf(name: string): Record<string, string> {
  const files: Record<string, string> = { '/etc/os-release': release, '/run/systemd/system/.keep': '' }
  files['/proc/cmdline'] = 'BOOT_IMAGE=/boot/vmlinuz-6.1.0-18-amd64 root=/dev/vda1 ro intel_iommu=on iommu=pt quiet\n'
  files['/proc/sys/net/ipv4/ip_forward'] = '1\n'
  files['/proc/sys/net/ipv4/tcp_congestion_control'] = 'bbr\n'
  const node = NODES.find((n) => n.instance === name)
  if (node) {
    files['/etc/bpfrx/node-id'] = `${node.id}\n`
    files['/etc/bpfrx/bpfrx.conf'] = '## last commit: 2026-11-20 09:00:00 UTC\nchassis { cluster { cluster-id 1; } }\n'
    files[`/etc/systemd/system/${UNIT}.service`] =
      `[Unit]\nDescription=${UNIT} cluster firewall\n[Service]\nExecStart=/usr/local/sbin/${UNIT} -config /etc/bpfrx/bpfrx.conf\n`
    for (const [i, port] of ['fxp0', 'fxp1', 'fab0'].entries()) {
      files[`/etc/systemd/network/1${i}-${port}.link`] =
        `[Match]\nMACAddress=00:16:3e:5a:1${i}:0${node.id}\n[Link]\nName=${port}\n`
    }
  }
  if (name === LAN) files['/etc/resolv.conf'] = `nameserver ${INTERNET}\n`
  if (name === HOST) files['/root/.bashrc'] = '# the incus host of the embedded lab\n'
  return files
}
