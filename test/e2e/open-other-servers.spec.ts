import { createConnection } from 'node:net'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Etcd3 } from 'etcd3'
import { Binary, MongoClient } from 'mongodb'
import { clientOf, newBucket } from '../core/node/engines/s3/s3-context.ts'
import { noEtcd, startEtcd } from '../servers/etcd.ts'
import { noMemcached, startMemcached } from '../servers/memcached.ts'
import { startMongoDouble } from '../servers/mongo-double.ts'
import { noRadosgw, startRadosgw } from '../servers/radosgw.ts'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

/** A server with values of another program. */
interface Served {
  /** As it is pasted. */
  readonly address: string
  /** What stands in a form beside the address. */
  readonly fields: Readonly<Record<string, string>>
  /** Reads the value of `/films/Brazil` past the program under test. */
  read(): Promise<string | undefined>
  stop(): Promise<void>
}

const FILMS = { Alien: '1979', Brazil: '1985' }

/** Sends a command of the text protocol. @returns The first lines of the answer. */
async function askMemcached(port: number, command: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    socket.write(`${command}\r\n`)
    for await (const chunk of socket) return String(chunk)
    return ''
  } finally {
    socket.destroy()
  }
}

const servers = [
  {
    label: 'etcd',
    missing: noEtcd,
    start: async (): Promise<Served> => {
      const server = await startEtcd({ isInMemory: true })
      const client = new Etcd3({ hosts: `http://127.0.0.1:${server.port}` })
      for (const [name, year] of Object.entries(FILMS)) await client.put(`/films/${name}`).value(year)
      return {
        address: server.url,
        fields: {},
        read: async () => (await client.get('/films/Brazil').string()) ?? undefined,
        stop: async () => {
          client.close()
          await server.stop()
        },
      }
    },
  },
  {
    label: 'memcached',
    missing: noMemcached,
    start: async (): Promise<Served> => {
      const server = await startMemcached()
      for (const [name, year] of Object.entries(FILMS))
        await askMemcached(server.port, `set films:${name} 0 0 ${year.length}\r\n${year}`)
      return {
        address: server.url,
        fields: {},
        read: async () => (await askMemcached(server.port, 'get films:Brazil')).split('\r\n')[1],
        stop: () => server.stop(),
      }
    },
  },
  {
    label: 'MongoDB',
    missing: undefined,
    start: async (): Promise<Served> => {
      const server = await startMongoDouble()
      const client = new MongoClient(server.url)
      const films = client.db('shop').collection<{ _id: string; v: Binary }>('kv')
      for (const [name, year] of Object.entries(FILMS))
        await films.insertOne({ _id: `/films/${name}`, v: new Binary(Buffer.from(year)) })
      return {
        address: `mongodb://127.0.0.1:${server.port}/shop`,
        fields: {},
        read: async () => (await films.findOne({ _id: '/films/Brazil' }))?.v.toString('utf8'),
        stop: async () => {
          await client.close()
          await server.stop()
        },
      }
    },
  },
  {
    label: 'S3',
    missing: noRadosgw,
    start: async (): Promise<Served> => {
      const server = await startRadosgw()
      const client = clientOf(server)
      const Bucket = await newBucket(client)
      for (const [name, year] of Object.entries(FILMS))
        await client.send(new PutObjectCommand({ Bucket, Key: `films/${name}`, Body: year }))
      const { endpoint, user, password } = server
      return {
        address: `s3://${Bucket}`,
        fields: { Endpoint: endpoint, 'Access key ID': user, 'Secret access key': password },
        read: async () => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'films/Brazil' }))
          return Body?.transformToString()
        },
        stop: async () => {
          client.destroy()
          await server.stop()
        },
      }
    },
  },
] as const

for (const { label, missing, start } of servers) {
  test(`E11 E20 an address of ${label} that is pasted opens values of another program, and one of them is edited`, async ({
    page,
    folder,
  }) => {
    test.skip(missing !== undefined, missing ?? '')
    test.setTimeout(120_000)
    const server = await start()
    const program = await startProgram(join(folder, 'data'), [])
    try {
      const window = new StrataWindow(page)
      await window.open(program.address)
      await page.evaluate(text => {
        const data = new DataTransfer()
        data.setData('text/plain', text)
        document.body.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        )
      }, server.address)
      const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
      await expect(dialog.getByRole('option')).toContainText(`${label} at `)
      await page.keyboard.press('Enter')

      const form = page.getByRole('dialog', { name: `Connect to ${label}` })
      await expect(form).toBeVisible()
      for (const [name, text] of Object.entries(server.fields))
        await form.getByLabel(name, { exact: true }).fill(text)
      await form.getByRole('button', { name: 'Test connection' }).click()
      await expect(form.getByText('It works')).toBeVisible()
      await form.getByRole('textbox', { name: 'Name' }).focus()
      await page.keyboard.press('Enter')
      await expect(form).toBeHidden()

      await expect(window.row('films')).toBeVisible()
      await window.openText('/films/Brazil')
      expect(await window.text()).toBe('1985')
      await window.typeOver('1985, Gilliam')
      await window.save()
      await expect.poll(() => server.read()).toBe('1985, Gilliam')
    } finally {
      await program.stop()
      await server.stop()
    }
  })
}
