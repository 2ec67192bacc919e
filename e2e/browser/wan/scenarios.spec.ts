import { expect, test } from '@playwright/test'
import { serious } from '../axe'

const LAB = 'embedded-wan'
const RUNNER = `name: Loss on Starlink-1
jobs:
  - host: juulink-edge-1
    commands:
      - ping -c 6 192.168.100.2
      - ./probe.sh | tee probe.txt
    workdir: failover
    cp_files: [probe.sh]
  - host: pve
    run_after_sec: 2
    commands:
      - ./send_cmd.expect 103 hunter2 "/root/wanulator2-headless -dc /root/drop_15.wcfg"
      - sleep 3
      - ./send_cmd.expect 103 hunter2 "/root/wanulator2-headless -dc /root/good.wcfg"
`

test('a runner file is imported with a report, kept, scheduled, cancelled, run and removed', async ({ page }) => {
  test.setTimeout(240_000)
  await page.goto(`/labs/${LAB}`)
  await page.getByRole('link', { name: 'Scenarios' }).click()
  await expect(page).toHaveURL(/\/scenarios$/)
  await expect(page.getByText('No scenario yet')).toBeVisible()
  await page.getByRole('button', { name: 'Import', exact: true }).click()

  await page.getByLabel('YAML of the runner').fill('jobs: []')
  await page.getByRole('button', { name: 'Show what becomes of it' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'no runner file' })).toBeVisible()

  await page.getByLabel('YAML of the runner').fill(RUNNER)
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'probe.sh', mimeType: 'text/x-sh', buffer: Buffer.from('#!/bin/sh\necho probed\n') })
  await expect(page.getByText('probe.sh', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Show what becomes of it' }).click()
  await expect(page.getByTestId('import-summary')).toHaveText(
    '5 commands: 3 typed steps, 1 raw command, 1 pause. No command was lost.',
  )
  await expect(page.locator('[data-becomes=raw]')).toContainText('./probe.sh | tee probe.txt')
  await expect(page.locator('[data-becomes]').filter({ hasText: 'hunter2' })).toHaveCount(0)
  expect(await serious(page)).toEqual([])
  await page.getByRole('button', { name: 'Save the scenario' }).click()

  const card = page.locator('[data-scenario="Loss on Starlink-1"]')
  await expect(card).toContainText('4 steps on juulink-edge-1, pve')
  await expect(card.getByText('hunter2')).toHaveCount(0)

  await card.getByRole('button', { name: 'Schedule' }).click()
  await page.getByRole('button', { name: 'Schedule it' }).click()
  const waiting = page.locator('[data-schedule=waiting]')
  await expect(waiting).toContainText('Loss on Starlink-1')
  await page.reload()
  await waiting.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.locator('[data-schedule=cancelled]')).toContainText('cancelled before its time')
  expect(await serious(page)).toEqual([])

  const exported = page.waitForEvent('download')
  await card.getByRole('button', { name: 'Export runner YAML' }).click()
  expect((await exported).suggestedFilename()).toBe('loss-on-starlink-1.yaml')

  await card.getByRole('button', { name: 'Run now: Loss on Starlink-1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click()
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  await expect(page.getByRole('heading', { level: 1, name: /Loss on Starlink-1/ })).toBeVisible()
  await expect(page.getByTestId('verdict')).toHaveText(/PASS|FAIL|INCONCLUSIVE/, { timeout: 150_000 })
  const criteria = page.getByRole('region', { name: 'Criteria' })
  await expect(criteria).toContainText('Every step was run to its end')
  await expect(criteria).toContainText('Hosts begin together what is to begin together')

  await page.goto(`/labs/${LAB}/scenarios`)
  await card.getByRole('button', { name: 'Remove: Loss on Starlink-1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('No scenario yet')).toBeVisible()
})

test('an ssh_config gives the hosts of a lab file, and what it cannot say', async ({ page }) => {
  await page.goto('/hosts')
  await page
    .getByLabel('ssh_config', { exact: true })
    .fill('Include other\nHost pve\n  HostName 100.64.0.7\n  ProxyJump gate\nHost gate\n  Port 2222\n')
  await page.getByRole('button', { name: 'Show the hosts' }).click()
  const yaml = page.getByTestId('hosts-yaml')
  await expect(yaml).toContainText('hostKey: # ssh-keyscan -t ed25519 -p 2222 gate')
  await expect(page.getByText('Include other is not followed')).toBeVisible()
  await page.getByRole('button', { name: 'Copy' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('jump: gate')
  expect(await serious(page)).toEqual([])
  await page.getByLabel('ssh_config', { exact: true }).fill('Host "a')
  await page.getByRole('button', { name: 'Show the hosts' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'no ssh_config' })).toBeVisible()
})

test('a lab without a WAN has no scenarios, and says why', async ({ page }) => {
  await page.goto('/labs/embedded/scenarios')
  await expect(page.getByRole('alert').filter({ hasText: 'has no WAN' })).toBeVisible()
})
