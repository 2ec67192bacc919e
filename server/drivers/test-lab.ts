import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, LabSchema } from '../domain/lab'
import { SshPool } from '../transport/pool'
import type { ExecResult, Remote } from '../transport/remote'
import { startTestServer, type TestServer } from '../transport/test-server'
import type { LabAccess } from './at'

const PLACEHOLDER = { id: 'lab-host', host: '127.0.0.1', user: 'tester', keyFile: '/nowhere', hostKey: 'SHA256:x' }

/** For tests: the smallest lab with two nodes. */
export const testLab = (more: Record<string, unknown> = {}): Lab =>
  LabSchema.parse({
    id: 'test',
    title: 'Test lab',
    hosts: [PLACEHOLDER],
    containers: { host: 'lab-host' },
    instances: [
      { name: 'fw0', role: 'firewall' },
      { name: 'fw1', role: 'firewall' },
      { name: 'lan', role: 'lan-host' },
    ],
    cluster: {
      id: 1,
      unit: 'bpfrxd',
      cli: ['cli'],
      heartbeat: { intervalMs: 1000, threshold: 3 },
      preempt: true,
      garpCount: 8,
      nodes: [
        { id: 0, name: 'node0', instance: 'fw0', priority: 200 },
        { id: 1, name: 'node1', instance: 'fw1', priority: 100 },
      ],
      redundancyGroups: [{ id: 1, title: 'WAN' }],
    },
    targets: [{ id: 'wan', title: 'WAN', address: '127.0.0.1', from: { instance: 'lan' }, crossesCluster: true }],
    ...more,
  })

export type RealLab = {
  access: LabAccess & { pool: SshPool }
  server: TestServer
  /** Everything that the fakes keep: a file per active unit ("fw0.bpfrxd") and per running instance ("fw0.running"). */
  directory: string
  close(): Promise<void>
}

const FAKES: Record<string, string> = {
  incus: `case $1 in
  exec) INSTANCE=$2; export INSTANCE; shift 3; exec "$@" ;;
  start) echo "start $2" >>"$LAB_DIR/log"; : >"$LAB_DIR/$2.running" ;;
  list) printf '['; sep=; for i in fw0 fw1; do s=Stopped; [ -e "$LAB_DIR/$i.running" ] && s=Running
    printf '%s{"name":"%s","status":"%s"}' "$sep" "$i" "$s"; sep=,; done; echo ']' ;;
  esac`,
  systemctl: `[ -e "$LAB_DIR/broken" ] && exit 1
  case $1 in
  is-active) if [ -e "$LAB_DIR/$INSTANCE.$2" ]; then echo active; else echo inactive; exit 3; fi ;;
  start) echo "$INSTANCE start $2" >>"$LAB_DIR/log"; : >"$LAB_DIR/$INSTANCE.$2" ;;
  esac`,
  cli: `echo "$INSTANCE cli $2" >>"$LAB_DIR/log"; cat "$LAB_DIR/status" 2>/dev/null`,
}

/** For tests: a lab behind a real SSH server and a real `sh`, with a fake container tool on the path. */
export async function startRealLab(): Promise<RealLab> {
  const directory = mkdtempSync(join(tmpdir(), 'failover-lab-test-'))
  for (const [name, script] of Object.entries(FAKES)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(directory, name), 0o755)
  }
  const env = { PATH: `${directory}:${process.env.PATH}`, LAB_DIR: directory }
  const server = await startTestServer({ id: 'lab-host', env })
  const lab = { ...testLab(), leaseDir: join(directory, 'state', 'lease'), hosts: [server.host] }
  const pool = new SshPool(lab.hosts)
  const close = async () => {
    await pool.dispose()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return { access: { pool, lab }, server, directory, close }
}

/** For tests: a lab whose commands are answered by a function; what it throws is what the command rejects with. */
export function answeredLab(answer: (argv: string, host: string) => Partial<ExecResult>, lab = testLab()): LabAccess {
  const exec = async (host: string, argv: readonly string[]): Promise<ExecResult> => {
    const startedMs = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 1))
    const nothing = { exitCode: 0, signal: null, stdout: '', stderr: '', truncated: false }
    return { ...nothing, startedMs, endedMs: Date.now(), ...answer(argv.join(' '), host) }
  }
  const none = () => Promise.reject(new Error('not in this test'))
  const on = (host: string): Remote => ({
    ...{ host, exec: (argv) => exec(host, argv), stream: none, shell: none, put: none, get: none },
    close: async () => {},
  })
  return { lab, pool: { on, secrets: [] } }
}
