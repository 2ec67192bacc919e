import { createHash } from 'node:crypto'
import { GOOD } from '../../domain/impairment'
import type { AnyLab } from '../../domain/lab'
import { quote } from '../../transport/quote'
import { marked, markedAppend } from '../console/marked-command'
import { ENTER, INTERRUPT, WAKING_KEYS } from '../console/prompts'
import { serialSocket } from '../console/serial-line'
import { startVm, vmStatus } from '../pve/qm'
import { replaceEmulatorArgv } from './emulator'
import { wanulatorOf } from './link-good'
import { printWcfg } from './wcfg'
import { newWcfg } from './wcfg-form'

/*
 * What makes a WANulator's link good when the app is gone: a dialogue on its serial console by sh and socat alone, part of
 * the revert script on the PVE host. The password lies in the lease directory (file "secret", mode 0600).
 */

const octal = (keys: string): string =>
  [...keys].map((key) => `\\${key.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')

/** Longest that one attempt takes, s. */
const ATTEMPT_S = 75
/** The same of one call of qm. */
const QM_S = 30

/**
 * `talk` prints keys for socat and reads what the console says in the file $out, from byte $from on. It looks every 0.3 s,
 * so a prompt stands there for as long before it is answered, and only what no line end follows is a prompt. `make_good`: VM, socket, user, then pairs of nonce and text.
 */
export const CONSOLE_FUNCTIONS = `newline='
'
heard() { tail -c "+$from" "$out" | tr -d '\\015\\000'; }
press() {
  from=$(($(wc -c <"$out") + 1))
  printf "$1"
}
last_line() {
  text=$(heard | tail -c 300; printf .)
  text=\${text##*"$newline"}
  printf '%s' "\${text%.}"
}
until_shell() {
  looks=0
  press '${octal(WAKING_KEYS[0])}'
  while [ "$looks" -lt 60 ]; do
    sleep 0.3
    looks=$((looks + 1))
    case $(last_line) in
      *[Ll]ast\\ login:*) ;;
      *[Ll]ogin:|*[Ll]ogin:\\ ) press "$1"'${octal(ENTER)}' ;;
      *[Pp]assword:|*[Pp]assword:\\ )
        press ''
        cat "$lease/secret"
        printf '${octal(ENTER)}'
        sleep 1 ;;
      *'#'|*'# '|*'$'|*'$ ') return 0 ;;
      *) [ $((looks % 12)) -ne 0 ] || press '${octal(`${INTERRUPT}${ENTER}`)}' ;;
    esac
  done
  return 1
}
until_said() {
  looks=0
  until heard | grep -q "^$1"; do
    looks=$((looks + 1))
    [ "$looks" -lt 70 ] || return 1
    sleep 0.3
  done
}
talk() {
  from=1
  until_shell "$1" || return 1
  shift
  while [ "$#" -gt 1 ]; do
    press ''
    printf '%s${octal(ENTER)}' "$2"
    until_said "FLAB_$1_E [0-9]" || break
    shift 2
  done
  for shell in 1 2 3 4; do
    press '${octal(`exit${ENTER}`)}'
    looks=0
    while [ "$looks" -lt 10 ]; do
      sleep 0.3
      looks=$((looks + 1))
      case $(last_line) in
        *[Ll]ogin:|*[Ll]ogin:\\ ) return 0 ;;
        *'# '|*'$ ') break ;;
      esac
    done
  done
}
make_good() {
  vm=$1
  socket=$2
  out=$lease/console.$vm
  last=
  shift 2
  for word in "$@"; do
    before=$last
    last=$word
  done
  : >"$out"
  talk "$@" | timeout -k 2 ${ATTEMPT_S} socat - "UNIX-CONNECT:$socket" >>"$out" 2>&1
  tr -d '\\015\\000' <"$out" | grep -q "^FLAB_\${before}_E 0$" && : >"$lease/good.$vm"
}
`

const nonceOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** Check and attempt for one WANulator, as lines of the revert script; one that is off is started. Throws `bad-input` when the lab has it not. */
export function linkGoodLines(any: AnyLab, runId: string, vm: number): { check: string; apply: string } {
  const { lab, wanulator } = wanulatorOf(any, vm)
  const { user, emulator } = lab.wan.console
  const wcfg = printWcfg(newWcfg(Object.fromEntries(wanulator.nics.map(({ guest }) => [guest, GOOD]))))
  const file = `${emulator.slice(0, emulator.lastIndexOf('/'))}/failover-lab-good.wcfg`
  const nonces = ['clear', 'write', 'replace'].map((word) => nonceOf(`${runId} ${vm} ${word}`))
  const [clear = '', write = '', replace = ''] = nonces
  const words = [
    ...[clear, marked(['cp', '/dev/null', file], clear)],
    ...[write, markedAppend(file, Buffer.from(wcfg), write)],
    ...[replace, marked(replaceEmulatorArgv(emulator, file, null), replace)],
  ]
  const { pve } = lab.wan
  const qm = (argv: string[]) => quote(['timeout', '-k', '2', String(QM_S), ...argv])
  const start = `${qm(vmStatus(pve, vm))} 2>/dev/null | grep -q stopped && ${qm(startVm(pve, vm))} >/dev/null 2>&1`
  return {
    check: `[ -e "$lease/good.${vm}" ]`,
    apply: `${start}; ${quote(['make_good', String(vm), serialSocket(vm), user, ...words])}`,
  }
}
