import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { createHost, type Host, type HostOptions } from '../../../src/main/host/host.ts'
import { type Client, createClient } from '../../../src/renderer/api/client.ts'
import { contract } from '../../../src/shared/contract.ts'
import { type EventName, type EventValue, events } from '../../../src/shared/events.ts'
import { CalledStore } from '../../core/by-its-calls.ts'
import { type ChannelPair, TRANSPORTS, type Transport } from './channels.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Run after the test, last first. */
export function afterTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup)
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-host-'))
  afterTest(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface TestHost extends Host {
  readonly dataDirectory: string
  /** The log. A test that expects no entries checks that it is empty. */
  readonly logged: { readonly message: string; readonly error: unknown }[]
}

export async function testHost(options: Partial<HostOptions> = {}): Promise<TestHost> {
  const dataDirectory = options.dataDirectory ?? (await tempFolder())
  const logged: TestHost['logged'] = []
  const host = await createHost({
    shell: 'web',
    appVersion: '1.2.3',
    dataDirectory,
    log: (message, error) => logged.push({ message, error }),
    ...options,
  })
  afterTest(() => host.close())
  return Object.defineProperties(host, {
    dataDirectory: { value: dataDirectory },
    logged: { value: logged },
  }) as TestHost
}

export interface TestPage extends Client {
  readonly pair: ChannelPair
  /** Every event so far, checked against its schema. */
  readonly events: { readonly name: EventName; readonly value: unknown }[]
  eventsOf<Name extends EventName>(name: Name): EventValue<Name>[]
}

/** A page whose answers and events are checked against the contract. */
export async function connect(host: Host, transport: Transport = 'a MessagePort'): Promise<TestPage> {
  const pair = await TRANSPORTS[transport]()
  afterTest(() => pair.dispose())
  host.connect(pair.host)
  const client = createClient(pair.page)
  const seen: TestPage['events'] = []
  for (const name of Object.keys(events) as EventName[]) {
    client.on(name, value => seen.push({ name, value: events[name].parse(value) }))
  }
  return {
    ...client,
    pair,
    events: seen,
    eventsOf: <Name extends EventName>(name: Name) =>
      seen.filter(event => event.name === name).map(event => event.value as EventValue<Name>),
    async call(name, input, options) {
      const value = await client.call(name, input, options)
      return contract[name].output.parse(value) as never
    },
  }
}

/** A host, a page, and a session over a store, by default one in memory with these keys. */
export async function openSession(
  content: BinaryDatastore | readonly string[] = [],
  transport?: Transport,
  options: Partial<HostOptions> = {},
): Promise<{ host: TestHost; page: TestPage; session: string; store: BinaryDatastore }> {
  const host = await testHost(options)
  const store = 'capabilities' in content ? content : await memoryWith(content)
  const { id } = await host.openStore('Test', byItsCalls(store))
  return { host, page: await connect(host, transport), session: id, store }
}

/** A store that is only used through its public calls, so that a double can override them. */
export function byItsCalls(store: BinaryDatastore): BinaryDatastore {
  return Object.getPrototypeOf(store) === MemoryDatastore.prototype
    ? store
    : new Datastore(new CalledStore(store))
}

/** Each value is the text of its key. */
export async function memoryWith(keys: readonly string[]): Promise<MemoryDatastore> {
  const store = new MemoryDatastore()
  for (const key of keys) await store.put(Key.parse(key), bytesOf(key))
  return store
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

/** Polls `holds` until it returns neither `false` nor `undefined`, and resolves to that value. */
export async function eventually<T>(holds: () => T | Promise<T>): Promise<Exclude<T, false | undefined>> {
  for (;;) {
    const answer = await holds()
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
