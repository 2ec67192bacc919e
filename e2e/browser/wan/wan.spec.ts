import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { serious, seriousInEveryLook } from '../axe'
import { controlOf } from '../control'

const LAB = '/labs/embedded-wan'
const control = controlOf('browser-wan', 'embedded-wan')

const linkRow = (page: Page, title: string) => page.getByRole('listitem', { name: title, exact: true })
const state = (page: Page, title: string) => linkRow(page, title).locator('[data-link-state]')

/** Sees a link in a state; a login, a change and a reading take seconds on a serial console. */
const expectState = (page: Page, title: string, word: string) =>
  expect(state(page, title)).toHaveAttribute('data-link-state', word, { timeout: 40_000 })

test.afterEach(async () => {
  for (const name of ['console-held', 'console-wedged', 'nic-down']) await control('switch', { name, on: false })
})

test('the Lab page shows every path from the router to its ISP, what is hooked up to nothing, and the traffic', async ({
  page,
}) => {
  await page.goto(LAB)
  const links = page.getByTestId('wan-topology')
  await expect(links.getByRole('listitem').filter({ hasText: 'priority' })).toHaveCount(3)
  for (const text of ['vni-0/1.0', 'enp2s0f2', 'VM 103', 'ens18 – ens19', 'enp2s0f3', 'priority 1 · satellite'])
    await expect(linkRow(page, 'Starlink-1')).toContainText(text)
  await expect(page.getByTestId('unhooked')).toContainText('WANulator 100')
  await expect(page.getByTestId('unhooked')).toContainText('enp1s0f0, no cable, link down')
  await expect(links).toContainText('recompute every 10 s')
  for (const title of ['Starlink-1', 'Starlink-2', 'BYU ethernet']) await expectState(page, title, 'good')
  await expect(state(page, 'Starlink-1')).toContainText(/read \d+ s ago/)
  await expect(linkRow(page, 'Starlink-1')).toContainText(/[1-9][\d.]* kbit\/s/)
  await expect(linkRow(page, 'Starlink-1')).toContainText(/\d+ % of traffic/)
})

test('a link is degraded by the form, and made good again', async ({ page, request }) => {
  test.setTimeout(180_000)
  await page.goto(LAB)
  await expectState(page, 'Starlink-1', 'good')
  await page.getByRole('button', { name: 'Degrade: Starlink-1' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Preset, Each way').selectOption('Drops 15 %')
  await expect(dialog.getByTestId('effect')).toContainText('Round trip: 28 % loss')
  await expect(dialog).toContainText('/var/run/qemu-server/103.serial0')
  await dialog.getByLabel('Delay (ms), Each way').fill('155')
  await expect(dialog.getByText('✕ in steps of 10')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Set Starlink-1' })).toBeDisabled()
  await dialog.getByLabel('Delay (ms), Each way').fill('0')
  await dialog.getByRole('button', { name: 'Set Starlink-1' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByText('A run is on: the links are left alone')).toBeVisible()
  const refused = await request.post('/api/v1/labs/embedded-wan/runs', {
    data: { case: 'links-good', params: { link: 'all' } },
  })
  expect(refused.status()).toBe(409)
  await expectState(page, 'Starlink-1', 'degraded')
  await expect(state(page, 'Starlink-1')).toContainText('15 % loss each way')

  await page.getByRole('button', { name: 'Make all links good' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make all links good' }).click()
  await expectState(page, 'Starlink-1', 'good')
  const { runs } = (await (await request.get('/api/v1/runs?lab=embedded-wan&limit=2')).json()) as {
    runs: { case: string; ending: string; verdict: string; dirty: boolean }[]
  }
  expect(runs.map(({ case: of, ending, verdict, dirty }) => [of, ending, verdict, dirty])).toEqual([
    ['links-good', 'completed', 'pass', false],
    ['link-impair', 'completed', 'pass', false],
  ])
})

test('a .wcfg comes into the form with what the form cannot show, and out of it again', async ({ page }) => {
  await page.goto(LAB)
  await page.getByRole('button', { name: 'Degrade: BYU ethernet' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('.wcfg file').click()
  const fixture = readFileSync('server/drivers/wanulator/fixtures/drop_15.wcfg', 'utf8')
  const more = fixture.replace('</Interface>', '<SimFn Type="9"><Params X="1"/></SimFn></Interface>')
  await dialog.getByLabel('or paste its text').fill(more)
  await dialog.getByRole('button', { name: 'Read into the form' }).click()
  await expect(dialog.getByText('Kept, but not shown by the form')).toBeVisible()
  await expect(dialog.getByRole('listitem').filter({ hasText: 'function of type 9' })).toBeVisible()
  await expect(dialog.getByLabel('The same in both directions')).not.toBeChecked()
  await expect(dialog.getByLabel('Loss by chance (%), To router')).toHaveValue('15')
  await expect(dialog.getByLabel('Loss by chance (%), To ISP')).toHaveValue('0')
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Download the form as .wcfg' }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(more)
  await dialog.getByLabel('or paste its text').fill('<a/>')
  await dialog.getByRole('button', { name: 'Read into the form' }).click()
  await expect(dialog.getByText('no WANulator configuration')).toBeVisible()
})

test('Check lab is clean; a NIC that is down and a console in use are named, and said on the Lab page', async ({
  page,
}) => {
  test.setTimeout(180_000)
  await page.goto(`${LAB}/check`)
  await expect(page.getByTestId('check-summary')).toHaveText(/All \d+ are fine/, { timeout: 40_000 })
  await expect(page.getByText('Not checked')).toHaveCount(0)
  await control('switch', { name: 'console-held', on: true })
  await control('switch', { name: 'nic-down', on: true })
  // The far side does not answer until the router has left the link, where its traffic was on that one.
  await expect(async () => {
    await page.getByRole('button', { name: 'Check again' }).click()
    await expect(page.getByTestId('check-summary')).toHaveText(/2 of \d+ need attention/, { timeout: 15_000 })
  }).toPass({ timeout: 80_000 })
  await expect(page.locator('[data-finding="nic/enp2s0f3"]')).toContainText('ip link set dev enp2s0f3 up')
  await expect(page.locator('[data-finding="console/103"]')).toContainText('qm')
  await page.goto(LAB)
  await expectState(page, 'Starlink-1', 'link down')
  await expect(linkRow(page, 'Starlink-1')).toContainText('✕ link down')
})

test('a console that answers no key and a VM that is off are told, and mended by a restart of the VM', async ({
  page,
}) => {
  test.setTimeout(180_000)
  await control('options', { bootMs: 2000 })
  await page.goto(LAB)
  await expectState(page, 'Starlink-1', 'good')
  await control('switch', { name: 'console-wedged', on: true })
  const again = page.getByRole('button', { name: 'Read consoles again' })
  await again.click()
  await expect(state(page, 'Starlink-1')).toContainText('gives no prompt', { timeout: 20_000 })
  await expectState(page, 'Starlink-2', 'good')
  await expect(page.getByRole('button', { name: 'Restart VM 103: Starlink-1' })).toBeVisible()
  await control('switch', { name: 'console-wedged', on: false })
  await control('vm', { vm: 103, running: false })
  await again.click()
  await expectState(page, 'Starlink-1', 'VM stopped')
  await page.getByRole('button', { name: 'Start VM 103: Starlink-1' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('qm start 103')
  expect(await serious(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Restart VM 103' }).click()
  await expect(dialog).toHaveCount(0)
  await expectState(page, 'Starlink-1', 'good')
  await control('options', { bootMs: 20_000 })
})

test('a case in triplicate is one action; its runs lead to each other and to their comparison', async ({
  page,
  request,
}) => {
  await page.goto(LAB)
  await page.getByRole('button', { name: 'Run WAN-2' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Duration').fill('20')
  await dialog.getByLabel('Repeats').selectOption('3')
  await expect(dialog).toContainText('3 runs one after the other, 1:00 min at least')
  await dialog.getByRole('button', { name: 'Run WAN-2' }).click()
  await page.waitForURL(/\/runs\/[a-z0-9]+\?repeats=/)
  const ids = new URL(page.url()).searchParams.get('repeats')?.split(',') ?? []
  expect(ids).toHaveLength(3)
  await expect(page.getByText('Repeat 1 of 3')).toBeVisible()
  await page.getByRole('link', { name: 'Repeat 2' }).click()
  await expect(page.getByText(`Waits behind run ${ids[0]}`)).toBeVisible()
  for (const id of ids.toReversed())
    expect((await request.post(`/api/v1/runs/${id}/cancel`)).ok(), `cancel ${id}`).toBe(true)
  const ending = async (id: string) =>
    ((await (await request.get(`/api/v1/runs/${id}`)).json()) as { ending: string | null }).ending
  await expect
    .poll(() => Promise.all(ids.map(ending)), { timeout: 60_000 })
    .toEqual(['cancelled', 'cancelled', 'cancelled'])
  await page.getByRole('link', { name: 'Compare all 3' }).click()
  for (const id of ids) await expect(page.getByRole('link', { name: id }).first()).toBeVisible()
})

test('axe finds nothing serious on the WAN, in both themes, at 1440 and 390 px', async ({ page }) => {
  await page.goto(LAB)
  await expectState(page, 'Starlink-1', 'good')
  expect(await seriousInEveryLook(page)).toEqual([])
  await page.getByRole('button', { name: 'Degrade: Starlink-1' }).click()
  await page.getByRole('dialog').getByText('.wcfg file').click()
  await expect(page.getByRole('dialog').getByText('103.serial0').first()).toBeVisible()
  expect(await seriousInEveryLook(page)).toEqual([])
  await page.goto(`${LAB}/check`)
  await expect(page.getByTestId('check-summary')).toBeVisible({ timeout: 40_000 })
  expect(await seriousInEveryLook(page)).toEqual([])
})
