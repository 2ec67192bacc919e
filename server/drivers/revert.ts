import type { DesiredState } from '../domain/case'
import { type AnyLab, hasCluster, type Lab } from '../domain/lab'
import { AppError } from '../errors'
import { quote } from '../transport/quote'
import { type CommandState, desiredTitle, isLinkGood, planDesired } from './desired'
import { showClusterStatus } from './junos'
import { endOrphansArgv, insideInstance, tagPattern } from './place'
import { CONSOLE_FUNCTIONS, linkGoodLines } from './wanulator/revert-console'

const PREAMBLE = `lease=\${1:-}
failed=0
beat() { [ -z "$lease" ] || date +%s >"$lease/beat"; }
restore() {
  attempt=0
  until check >/dev/null 2>&1; do
    if [ "$attempt" -ge 30 ]; then
      echo "gave up: $1"
      failed=1
      return 0
    fi
    attempt=$((attempt + 1))
    beat
    apply
    [ "$attempt" -eq 1 ] || sleep 2
  done
  echo "restored: $1"
}
`

const NO_MANUAL = `/^Redundancy.group:/ { inside = ($0 ~ ("group: *" g " *,")) }
inside && $1 ~ /^node[0-9]+$/ { rows++; if ($5 == "yes") manual = 1; if ($1 == n && $3 ~ /^primary/) primary = 1 }
END { exit !(rows > 0 && !manual && (n == "" || primary)) }`

const bounded = (seconds: number, argv: readonly string[]): string =>
  quote(['timeout', '-k', '2', String(seconds), ...argv])

function onHost(
  lab: Lab,
  { place, argv }: { place: { instance: string } | { host: string }; argv: string[] },
): string[] {
  return 'instance' in place ? insideInstance(lab, place.instance, argv) : argv
}

/** The check as shell text: exit 0 when the state holds. What the app judges by parsing is judged by awk here. */
function checkLine(lab: Lab, desired: CommandState): string {
  const plan = planDesired(lab, desired)
  if (desired.kind === 'instance-running') return bounded(20, insideInstance(lab, desired.instance, ['true']))
  // Nothing printed and exit 0: a CLI that cannot connect has not said that there is no such policy.
  if (desired.kind === 'policy-absent') return `said=$(${bounded(20, onHost(lab, plan.check))}) && [ -z "$said" ]`
  if (desired.kind !== 'group-primary' && desired.kind !== 'no-manual-failover')
    return bounded(20, onHost(lab, plan.check))
  const node = desired.kind === 'group-primary' ? desired.node : ''
  const status = bounded(20, onHost(lab, { ...plan.check, argv: showClusterStatus(lab) }))
  return `${status} | ${quote(['awk', '-v', `g=${desired.redundancyGroup}`, '-v', `n=${node}`, NO_MANUAL])}`
}

/** Ends what the run left behind, everywhere; nothing waits for it, and a place without any is as good. */
function endTagged(lab: AnyLab, runId: string): string {
  const ends = [['pkill', '-INT', '-f', tagPattern(runId)], endOrphansArgv(runId)]
  const lines = ends.flatMap((argv) => [
    ...(hasCluster(lab) ? lab.instances.map(({ name }) => bounded(10, insideInstance(lab, name, argv))) : []),
    bounded(10, argv),
  ])
  return lines.map((line) => `${line} >/dev/null 2>&1 || true\n`).join('')
}

function linesFor(lab: AnyLab, runId: string, state: DesiredState): { check: string; apply: string } {
  if (isLinkGood(state)) return linkGoodLines(lab, runId, state.vm)
  if (!hasCluster(lab)) throw new AppError('bad-input', `the lab has no cluster: "${state.kind}" means nothing there`)
  const apply = planDesired(lab, state).apply.map((command) => bounded(60, onHost(lab, command)))
  return { check: checkLine(lab, state), apply: apply.join('; ') }
}

/**
 * The script that puts the lab back without the app, run by the lease's sleeper: POSIX sh, safe to run twice. It ends
 * the run's processes, then tries each state up to 30 times. `$1`: the lease directory, for signs of life. Exit 1 when
 * one could not be restored.
 * @param desired in the order in which they are to be applied (last-in first-out of the undo journal)
 */
export function revertScript(lab: AnyLab, runId: string, desired: readonly DesiredState[]): string {
  const blocks = desired.map((state) => {
    const { check, apply } = linesFor(lab, runId, state)
    return `check() { ${check}; }\napply() { ${apply}; }\n${quote(['restore', desiredTitle(lab, state)])}\n`
  })
  const run = runId.replace(/[^\w.-]/g, '')
  const title = `# Failover Lab, run ${run}: puts the lab back as it was before.\n`
  return `#!/bin/sh\n${title}${PREAMBLE}${desired.some(isLinkGood) ? CONSOLE_FUNCTIONS : ''}\n${endTagged(lab, run)}\n${blocks.join('\n')}\nexit "$failed"\n`
}
