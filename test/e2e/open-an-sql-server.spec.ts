import { join } from 'node:path'
import { noMariadb, startMariadb } from '../servers/mariadb.ts'
import { noPostgres, startPostgres } from '../servers/postgres.ts'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const PASSWORD = 'correct:horse@battery'

/** A server with a table of another program, and a user with access to it. */
interface Served {
  readonly protocol: string
  readonly label: string
  readonly port: number
  readonly database: string
  /** Runs SQL without the program under test. */
  sql(text: string): Promise<string>
  stop(): Promise<void>
}

const servers = [
  {
    name: 'PostgreSQL',
    missing: noPostgres,
    start: async (): Promise<Served> => {
      const server = await startPostgres({ password: 'another' })
      await server.sql(
        `CREATE TABLE blocks (key text PRIMARY KEY, data bytea); CREATE TABLE other (n int);
         INSERT INTO blocks VALUES ('/films/Brazil', '1985'), ('/films/Alien', '1979'), ('/readme', 'x');
         CREATE ROLE app LOGIN PASSWORD '${PASSWORD}'; GRANT ALL ON blocks TO app; ANALYZE`,
      )
      const sql = (text: string) => server.sql(text)
      return {
        ...server,
        protocol: 'postgres',
        label: 'PostgreSQL',
        database: 'postgres',
        sql,
        stop: () => server.stop(),
      }
    },
  },
  {
    name: 'MariaDB',
    missing: noMariadb,
    start: async (): Promise<Served> => {
      const server = await startMariadb()
      await server.sql(
        `CREATE TABLE blocks (\`key\` VARCHAR(200) PRIMARY KEY, data LONGBLOB); CREATE TABLE other (n INT);
         INSERT INTO blocks VALUES ('/films/Brazil', '1985'), ('/films/Alien', '1979'), ('/readme', 'x');
         ALTER USER app@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`,
      )
      const sql = (text: string) => server.sql(text.replace('SELECT key', 'SELECT \`key\`'))
      return { ...server, protocol: 'mysql', label: 'MySQL or MariaDB', database: 'strata', sql }
    },
  },
] as const

for (const { name, missing, start } of servers) {
  test(`E11 E30 E62 a pasted address of ${name} opens a table of another program, and one value is edited`, async ({
    page,
    folder,
  }) => {
    test.skip(missing !== undefined, missing ?? '')
    const server = await start()
    const program = await startProgram(join(folder, 'data'), [])
    try {
      const window = new StrataWindow(page)
      await window.open(program.address)
      const place = `127.0.0.1:${server.port}/${server.database}`
      const address = `${server.protocol}://app:${encodeURIComponent(PASSWORD)}@${place}`
      await page.evaluate(text => {
        const data = new DataTransfer()
        data.setData('text/plain', text)
        document.body.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        )
      }, address)
      const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
      await expect(dialog.getByRole('option')).toHaveText(`${server.label} at ${place}, as app`)
      await page.keyboard.press('Enter')

      const form = page.getByRole('dialog', { name: `Connect to ${server.label}` })
      await expect(form.getByRole('textbox', { name: 'User' })).toHaveValue('app')
      await form.getByRole('textbox', { name: 'Table' }).fill('blocks')
      await form.getByRole('button', { name: 'Test connection' }).click()
      await expect(form.getByText('It works')).toBeVisible()
      await expect(form.getByRole('region', { name: 'Connection' })).toContainText('the table "blocks"')
      await form.getByRole('textbox', { name: 'Name' }).focus()
      await page.keyboard.press('Enter')
      await expect(form).toBeHidden()

      await expect(window.row('films')).toBeVisible()
      await window.openText('/films/Brazil')
      expect(await window.text()).toBe('1985')
      await window.typeOver('1985, Gilliam')
      await window.save()
      await expect
        .poll(() => server.sql("SELECT key FROM blocks WHERE data = '1985, Gilliam'"))
        .toBe('/films/Brazil')
      expect(await server.sql("SELECT count(*) FROM blocks WHERE data IN ('1979', 'x')")).toBe('2')
      expect(await page.content()).not.toContain(PASSWORD)
    } finally {
      await program.stop()
      await server.stop()
    }
  })
}
