import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noRedis, type RedisServer, startRedis } from '../servers/redis.ts'
import { type Program, startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

test.skip(noRedis !== undefined, noRedis ?? '')

const PASSWORD = 'correct:horse@battery'

let server: RedisServer
let program: Program
let window: StrataWindow
test.beforeEach(async ({ folder, page }) => {
  window = new StrataWindow(page)
  program = await startProgram(join(folder, 'data'), [])
  server = await startRedis({ user: { name: 'app', password: PASSWORD, rules: '~* &* +@all' } })
  await server.cli('SET', 'user:1:name', 'Ada')
  await server.cli('HSET', 'user:1:cart', 'apples', '3')
})
test.afterEach(async () => {
  await program.stop()
  await server.stop()
})

test('E11 E6 E30 a pasted address opens a server by keyboard, and its password is shown nowhere', async ({
  page,
  folder,
}) => {
  const sent: string[] = []
  page.on('websocket', socket =>
    socket.on('framereceived', frame => sent.push(frame.payload.toString('latin1'))),
  )
  await window.open(program.address)
  const address = `redis://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/0`
  await page.evaluate(text => {
    const data = new DataTransfer()
    data.setData('text/plain', text)
    document.body.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  }, address)
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await expect(dialog.getByRole('combobox')).toHaveValue(/redis:\/\/app:•+@/)
  await expect(dialog.getByRole('option')).toHaveText(`Redis at 127.0.0.1:${server.port}/0, as app`)
  await page.keyboard.press('Enter')

  const form = page.getByRole('dialog', { name: 'Connect to Redis' })
  await expect(form.getByRole('textbox', { name: 'User' })).toHaveValue('app')
  await form.getByRole('button', { name: 'Test connection' }).focus()
  await page.keyboard.press('Enter')
  await expect(form.getByText('It works')).toBeVisible()
  await expect(form.getByRole('region', { name: 'Connection' })).toContainText('2 keys')
  await form.getByRole('textbox', { name: 'Name' }).focus()
  await page.keyboard.press('Enter')
  await expect(form).toBeHidden()

  await expect(window.row('user')).toBeVisible()
  await window.openText('/user/1/name')
  expect(await window.text()).toBe('Ada')
  await window.typeOver('Grace')
  await window.save()
  expect(await server.cli('GET', 'user:1:name')).toBe('Grace')

  await program.stop()
  const data = join(folder, 'data')
  const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  )
  const kept = await Promise.all(files.map(entry => readFile(join(entry.parentPath, entry.name), 'latin1')))
  const texts = [await page.content(), ...sent, ...kept].join('\n')
  expect(texts).toContain('127.0.0.1')
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(texts).not.toContain(secret)
})

test('E11 a server that denies access is reported in the form, which stays open', async ({ page }) => {
  await window.open(program.address)
  await page.keyboard.press('Alt+Shift+O')
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await dialog.getByRole('combobox').fill(`redis://app@127.0.0.1:${server.port}`)
  // At once: it is not yet known what it names.
  await page.keyboard.press('Enter')
  const form = page.getByRole('dialog', { name: 'Connect to Redis' })
  await form.getByLabel('Password', { exact: true }).fill('wrong')
  await form.getByRole('button', { name: 'Test connection' }).click()
  await expect(form.getByText('It does not work')).toBeVisible()
  await form.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(form.getByRole('status')).toContainText('Cannot')
  await form.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await form.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(form).toBeHidden()
  await expect(window.row('user')).toBeVisible()
})
