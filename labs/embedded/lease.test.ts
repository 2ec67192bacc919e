import { afterEach, expect, it } from 'vitest'
import { LabClient, quote, testLab, until } from './testing/client'

let open: Awaited<ReturnType<typeof testLab>> | null = null
afterEach(async () => {
  await open?.close()
  open = null
})

const DIR = '/var/tmp/failover-lab'
const REVERT = `for unit in bpfrxd; do incus exec bpfrx-fw0 -- systemctl start "$unit" || exit 1; done
incus exec bpfrx-fw0 -- systemctl is-active bpfrxd && rm -rf ${DIR}
`
const SLEEPER = `while [ "$(date +%s)" -lt "$(cat ${DIR}/deadline)" ]; do sleep 0.2; done
sh ${DIR}/revert.sh > /var/tmp/revert.log 2>&1
`
const put = (client: LabClient, file: string, text: string) =>
  client.run(quote(['sh', '-c', 'cat > "$1"', 'sh', `${DIR}/${file}`]), text)

it.each([
  'setsid sh SLEEPER </dev/null >/dev/null 2>&1 & echo $!',
  'setsid -f sh SLEEPER </dev/null >/dev/null 2>&1; echo 1',
  'systemd-run --quiet --collect sh SLEEPER; echo 1',
])('a lease reverts the fault by itself when its owner is gone: %s', async (begin) => {
  open = await testLab()
  const { lab, client } = open
  expect((await client.run(`mkdir ${DIR}`)).code).toBe(0)
  expect(await client.run(`mkdir ${DIR}`)).toMatchObject({ code: 1, stderr: expect.stringContaining('File exists') })
  const second = await LabClient.connect(lab.labFile)
  await put(second, 'revert.sh', REVERT)
  await put(second, 'sleeper.sh', SLEEPER)
  await second.run(`echo $(( $(date +%s) + 2 )) > ${DIR}/deadline`)
  const started = await second.run(begin.replace('SLEEPER', `${DIR}/sleeper.sh`))
  expect(started.code).toBe(0)
  await second.inside('bpfrx-fw0', 'systemctl', 'kill', '-s', 'KILL', 'bpfrxd')
  expect(await second.inside('bpfrx-fw0', 'systemctl', 'is-active', 'bpfrxd')).toMatchObject({
    code: 3,
    stdout: 'failed\n',
  })
  second.end()
  lab.ssh.drop()
  await until('reverted', () => lab.world.units.get('bpfrx-fw0')?.state === 'active')
  const third = await LabClient.connect(lab.labFile)
  await until('the directory is gone', async () => (await third.run(`test -d ${DIR}`)).code === 1)
  expect((await third.run('cat /var/tmp/revert.log')).stdout).toBe('active\n')
  expect((await third.run(`pgrep -f '[s]leeper.sh'`)).code).toBe(1)
  third.end()
})

it('a lease that is disarmed does nothing', async () => {
  open = await testLab()
  const { client } = open
  await client.run(`mkdir ${DIR}`)
  await put(client, 'sleeper.sh', `while [ -d ${DIR} ]; do sleep 0.1; done; echo ended > /var/tmp/ended`)
  const { stdout } = await client.run(`setsid sh ${DIR}/sleeper.sh </dev/null >/dev/null 2>&1 & echo $!`)
  const pid = stdout.trim()
  expect((await client.run(`kill -0 ${pid}`)).code).toBe(0)
  expect((await client.run(`ps -eo pid,args | grep '[s]leeper'`)).stdout.trim()).toBe(`${pid} sh ${DIR}/sleeper.sh`)
  await client.run(`rm -rf ${DIR}`)
  await until('it ends', async () => (await client.run(`kill -0 ${pid}`)).code === 1)
  expect((await client.run('cat /var/tmp/ended')).stdout).toBe('ended\n')
})
