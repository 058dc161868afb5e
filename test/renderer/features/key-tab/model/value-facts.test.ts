import { describe, expect, it } from 'vitest'
import {
  choiceOf,
  decodeVersion,
  viewOf,
} from '../../../../../src/renderer/features/key-tab/model/decoding.ts'
import {
  shownAs,
  stageName,
  textFactsOf,
} from '../../../../../src/renderer/features/key-tab/model/value-facts.ts'
import { chosen } from '../../../../../src/renderer/features/key-tab/pipeline-chips.tsx'
import { FakeClient } from '../harness/fake-client.ts'
import { FakeStore } from '../harness/fake-store.ts'

const client = new FakeClient(new FakeStore(), 's1')
const decode = (bytes: Uint8Array, key = '/a', isWhole = true, view = 'auto') =>
  decodeVersion(client, key, choiceOf(view), { bytes, isWhole, stat: undefined })
const chips = async (text: string, key = '/a') => {
  const version = await decode(new TextEncoder().encode(text), key)
  return [...version.decoding.pipeline.map(stage => stageName(stage, version)), ...textFactsOf(version)].join(
    ' · ',
  )
}

describe('how a value is read', () => {
  it.each([
    ['plain', 'UTF-8 · Text'],
    ['', 'UTF-8 · Text'],
    ['a\nb', 'UTF-8 · Text · LF'],
    ['a\rb', 'UTF-8 · Text · CR'],
    ['a\nb\r\nc', 'UTF-8 · Text · Mixed line ends'],
    ['\uFEFF{\r\n}', 'UTF-8 · JSON · CRLF · BOM'],
    ['[22.00, 12345678901234567890]', 'UTF-8 · JSON'],
    ['[info] a line of a log', 'UTF-8 · Text'],
    ['GIF89a\0\0\0\0', 'GIF image'],
  ])('DV4 %j is %s', async (text, expected) => {
    expect(await chips(text)).toBe(expected)
    expect(client.calls).toEqual([])
  })

  it('treats a key that ends in .json as JSON, so that its errors are marked', async () => {
    expect(await chips('{ broken', '/a/b.JSON')).toBe('UTF-8 · JSON')
  })

  it('does not detect JSON by its beginning only', async () => {
    expect(shownAs(await decode(new TextEncoder().encode('[1, 2'), '/a', false))).toBe('text')
  })

  it('DV7 shows the beginning of a compressed value as bytes, and reports that it is only the beginning', async () => {
    const { decoding } = await decode(Uint8Array.of(0x1f, 0x8b, 8, 0), '/a', false)
    expect(decoding).toMatchObject({ pipeline: ['bytes'], problem: 'Only whole values are decoded' })
  })
})

describe('a choice of stages', () => {
  it.each([
    ['auto', ''],
    ['hex', 'bytes'],
    ['text', 'text'],
    ['gzip cbor', 'gzip cbor'],
    ['gzip nonsense cbor', 'gzip'],
  ])('DV10 is remembered as %j', (view, stages) => {
    expect(choiceOf(view).join(' ')).toBe(stages)
    expect(choiceOf(viewOf(choiceOf(view)))).toEqual(choiceOf(view))
  })

  it.each([
    ['gzip cbor', 1, 'msgpack', 'gzip msgpack'],
    ['gzip cbor', 0, 'zlib', 'zlib'],
    ['gzip cbor', 1, 'auto', 'gzip'],
    ['gzip cbor', 0, 'auto', ''],
    ['gzip utf-8 json', 1, 'latin1', 'gzip latin1 json'],
    ['gzip utf-8 json', 2, 'text', 'gzip utf-8 text'],
    ['gzip utf-8 json', 2, 'bytes', 'gzip bytes'],
    ['bytes', 0, 'gzip', 'gzip'],
    ['bytes', 0, 'utf-16le', 'utf-16le'],
  ])('DV10 of %s, place %i, %s makes %s', (pipeline, index, id, expected) => {
    expect(chosen(choiceOf(pipeline), index, id).join(' ')).toBe(expected)
  })
})
