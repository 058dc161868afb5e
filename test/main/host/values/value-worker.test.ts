import * as zlib from 'node:zlib'
import { encode } from 'cborg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ValueWorker } from '../../../../src/main/host/values/value-worker.ts'
import { connect, testHost } from '../test-host.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const { signal } = new AbortController()

function valueWorker(timeLimit?: number): ValueWorker {
  const worker = new ValueWorker({ timeLimit })
  onTestFinished(() => worker.close())
  return worker
}

/** CBOR of many small items, which takes seconds to decode. */
const SLOW = new Uint8Array(600_000).fill(0x01)

describe('values.decode and values.encode', () => {
  it('DV5 decodes a gzipped CBOR and encodes it with an edit', async () => {
    const page = await connect(await testHost())
    const stored = new Uint8Array(zlib.gzipSync(encode({ a: 1 })))
    const { shown, pipeline, sizes, ...more } = await page.call('values.decode', {
      bytes: stored,
      name: 'a.cbor.gz',
      choice: [],
    })
    expect([textOf(shown), pipeline, sizes, more]).toEqual(['{ "a": 1 }', ['gzip', 'cbor'], [4], {}])
    const { bytes } = await page.call('values.encode', { shown: utf8('{"a": 2}'), pipeline, stored })
    expect(new Uint8Array(zlib.gunzipSync(bytes))).toEqual(encode({ a: 2 }))
  })

  it('DV1 answers an invalid notation with line and column of the error', async () => {
    const page = await connect(await testHost())
    const call = page.call('values.encode', {
      shown: utf8('{"a": }'),
      pipeline: ['cbor'],
      stored: new Uint8Array(),
    })
    await expect(call).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: 'Cannot encode the value: line 1, column 7: Expected a value, found "}"',
    })
  })

  it('DV9 the host answers other calls while a value is decoded', async () => {
    const page = await connect(await testHost())
    const decoding = page.call('values.decode', { bytes: SLOW, name: 'x.cbor', choice: ['cbor'] })
    let isDecoded = false
    void decoding.then(() => {
      isDecoded = true
    })
    for (let count = 0; count < 20; count++) await page.call('workspace.get', {})
    expect(isDecoded).toBe(false)
    await decoding
  })
})

describe('ValueWorker', () => {
  it('DV9 ends what takes too long, shows it as bytes, and stays usable', async () => {
    const worker = valueWorker(5)
    const { pipeline, problem, shown } = await worker.decode(SLOW, 'x', ['cbor'], signal)
    expect([pipeline, problem]).toEqual([['bytes'], 'it takes more than 0.005 seconds'])
    expect(shown).toBe(SLOW)
    const patient = valueWorker()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map(name => patient.decode(utf8(name), name, [], signal)),
    )
    expect(answers.map(answer => textOf(answer.shown))).toEqual(['a', 'b', 'c'])
  })

  it('DV9 ends with an abort, and answers the next call', async () => {
    const worker = valueWorker()
    const controller = new AbortController()
    const slow = worker.decode(SLOW, 'x', ['cbor'], controller.signal)
    const next = worker.decode(utf8('next'), 'x', [], signal)
    controller.abort()
    await expect(slow).rejects.toMatchObject({ name: 'AbortError' })
    expect(textOf((await next).shown)).toBe('next')
  })
})
