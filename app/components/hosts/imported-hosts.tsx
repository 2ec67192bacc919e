import type { inferRouterOutputs } from '@trpc/server'
import type { ReactNode } from 'react'
import { Panel } from '@/app/components/ui/panel'
import type { AppRouter } from '@/server/api/root'

type Result = inferRouterOutputs<AppRouter>['sshConfig']['import']

/** What to put into the lab file, what has to be looked at, and how to get the hosts' keys. */
export function ImportedHosts({ result, copy }: { result: Result; copy: ReactNode }) {
  const { hosts, notes, fileNotes, yaml } = result
  const count = `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`
  return (
    <>
      <Panel title={`For the lab file: ${count}`} aside={hosts.length > 0 ? copy : null}>
        {hosts.length === 0 ? (
          <p>It names no host that a lab file could take; patterns such as “Host *.lab” alone are none.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
          <section className="overflow-x-auto" tabIndex={0} aria-label="Hosts as YAML">
            <pre data-testid="hosts-yaml" className="font-mono text-xs leading-5">
              {yaml}
            </pre>
          </section>
        )}
      </Panel>
      {fileNotes.length + notes.length > 0 ? (
        <Panel title="To be looked at">
          <ul className="grid gap-1">
            {fileNotes.map((note) => (
              <li key={note} className="break-words">
                {note}
              </li>
            ))}
            {notes.map(({ host, message }) => (
              <li key={`${host} ${message}`} className="break-words">
                <span className="font-medium">{host}:</span> {message}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      {hosts.length > 0 ? (
        <Panel title="The hosts’ keys">
          <div className="grid max-w-prose gap-2">
            <p>
              A lab file names the key of each host, so that nobody else can take its place; without it the host is
              refused. The command stands beside each “hostKey”: run it where the host can be reached, and put in what
              follows the name (“ssh-ed25519 AAAA…”).
            </p>
            <p>
              What it prints came over the network. Compare its fingerprint with the host’s own, on the host’s console:
            </p>
            <code className="break-all font-mono text-xs">ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>
          </div>
        </Panel>
      ) : null}
    </>
  )
}
