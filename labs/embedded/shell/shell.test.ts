import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quote, testLab } from '../testing/client'

let lab: Awaited<ReturnType<typeof testLab>>
beforeAll(async () => {
  lab = await testLab()
})
afterAll(() => lab.close())

function real(script: string, args: string[]): { stdout: string; code: number } {
  try {
    return {
      stdout: execFileSync('/bin/sh', ['-c', script, 'sh', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
      code: 0,
    }
  } catch (error) {
    const { stdout, status } = error as { stdout: string; status: number }
    return { stdout, code: status }
  }
}

/** Each of these does the same under the real /bin/sh. */
const scripts: [string, string[]?][] = [
  ['echo a  b "c  d" \'$x\'; exit 3'],
  ['x="1 2"; for i in $x "$x"; do printf "<%s>\\n" "$i"; done'],
  ['printf "\\145\\170\\0411%b" "\\0101\\t"'],
  ['printf "%s|" "$@"; echo "$#:$1"; shift; echo "$*"', ['a b', '', "it's"]],
  ['set -- p q r; while [ $# -gt 0 ]; do echo "$1"; shift; done'],
  ['i=0; until [ "$i" -ge 3 ]; do i=$((i + 1)); [ "$i" -eq 2 ] && continue; echo $i; done'],
  ['f() { echo "in $1"; return 4; }; f x; echo $?; f y || echo "no"'],
  ['if false; then echo a; elif true; then echo b; else echo c; fi; ! true; echo $?'],
  ['case "abc.txt" in *.md) echo md;; a*.txt) echo txt;; *) echo none;; esac'],
  ['echo "$(echo one; echo two)" | wc -l | tr -d " "; v=$(exit 7); echo $?'],
  ['x=$(printf "%s" "$(( ( 7 + 3 ) * 2 % 6 ))"); echo $x; a=5; echo $((a * $((a - 1))))'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell, not JavaScript
  ['unset u; echo "${u:-dflt} ${u-d2} ${u:+set}"; u=v.tar.gz; echo "${u%.*} ${u%%.*} ${u#*.} ${u##*.} ${#u}"'],
  ['x=$(false) && echo no; x=$(true) && [ -z "$x" ] && echo yes; x=$(echo y) && [ -z "$x" ]; echo $?'],
  ['set -e; true; false || true; echo here; false; echo never'],
  ['set -u; echo "$nope"; echo never'],
  ['(exit 5); echo $?; (cd /tmp && pwd); { echo g; } >/dev/null; echo done'],
  ['true && false || echo x; false && echo y; echo $?'],
  ['echo err >&2; echo out 2>/dev/null; ls /no/such 2>/dev/null || echo failed'],
  ['trap "echo bye" EXIT; echo hi; exit 2'],
  ['cat <<EOF\nval $((1+1)) $(echo sub)\nEOF\ncat <<"EOF"\nraw $x\nEOF'],
  [
    'd=/tmp/shell-test-$$; mkdir "$d" && mkdir "$d" 2>/dev/null; echo $?; echo a >"$d/x"; echo b >>"$d/x"; cat "$d/x"; mv "$d/x" "$d/y"; [ -e "$d/x" ] || echo moved; ls "$d"; rm -rf "$d"; test -d "$d"; echo $?',
  ],
  ['sleep 0.05 & wait $!; echo $?; sh -c "exit 9" & wait $!; echo $?'],
  ['kill -0 $$ && echo alive; kill -0 999999 2>/dev/null || echo dead'],
  ['nosuchcommand 2>/dev/null; echo $?; command -v nosuchcommand; echo $?'],
  ['read a b <<EOF\none two three\nEOF\necho "$a/$b"'],
  ['eval "x=1; echo \\$x"; x=2 sh -c "echo \\$x"; echo $x'],
  ['timeout 0.1 sleep 5; echo $?; timeout -s KILL 0.1 sleep 5; echo $?; timeout 5 sh -c "exit 3"; echo $?'],
  ['env -i A=1 B="x y" sh -c \'echo "$A $B"\'; env A=2 sh -c \'echo $A\''],
  ["awk -v n=2 '$1 == n { print $2 }' <<EOF\n1 a\n2 b\nEOF"],
  ['printf "%s\\n" b a | sort | head -1; echo abc | sed s/b/X/ | grep -c X; basename /a/b; dirname /a/b'],
  ['exec 3>&1 2>/dev/null; exec sh -c "echo replaced"; echo never'],
]

describe('a POSIX shell', () => {
  it.each(scripts)('%s', async (script, args = []) => {
    const simulated = await lab.client.run(quote(['sh', '-c', script, 'sh', ...args]))
    expect({ stdout: simulated.stdout, code: simulated.code }).toEqual(real(script, args))
  })

  it('says what is not there as the real one does', async () => {
    expect(await lab.client.run('nosuch --flag')).toMatchObject({
      code: 127,
      stdout: '',
      stderr: 'sh: 1: nosuch: not found\n',
    })
    expect(await lab.client.run('cat /nosuch')).toMatchObject({
      code: 1,
      stderr: 'cat: /nosuch: No such file or directory\n',
    })
    expect(await lab.client.run('env X=1 nosuch')).toMatchObject({
      code: 127,
      stderr: 'env: ‘nosuch’: No such file or directory\n',
    })
    expect(await lab.client.run('timeout 5 nosuch')).toMatchObject({
      code: 127,
      stderr: 'timeout: failed to run command ‘nosuch’: No such file or directory\n',
    })
    expect(await lab.client.inside('bpfrx-fw0', 'nosuch')).toMatchObject({ code: 127 })
  })

  it('keeps a channel open while a process in the background holds it', async () => {
    const held = await lab.client.start('sleep 0.4 & echo started')
    const free = await lab.client.start('sleep 0.4 >/dev/null 2>&1 & echo started')
    const at = performance.now()
    await free.done
    const freeMs = performance.now() - at
    await held.done
    expect(performance.now() - at).toBeGreaterThan(200)
    expect(freeMs).toBeLessThan(performance.now() - at)
  })

  it('keeps a file system for each machine', async () => {
    await lab.client.run('echo host > /root/where')
    await lab.client.inside('bpfrx-fw0', 'sh', '-c', 'echo fw0 > /root/where')
    expect((await lab.client.run('cat /root/where')).stdout).toBe('host\n')
    expect((await lab.client.inside('bpfrx-fw0', 'cat', '/root/where')).stdout).toBe('fw0\n')
    expect((await lab.client.inside('bpfrx-fw1', 'cat', '/root/where')).code).toBe(1)
    expect(
      (await lab.client.run(quote(['sh', '-c', 'cat > "$1"', 'sh', '/tmp/a b']), 'line\n'.repeat(1000))).code,
    ).toBe(0)
    expect((await lab.client.run("wc -l < '/tmp/a b'")).stdout.trim()).toBe('1000')
  })
})
