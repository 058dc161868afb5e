import { BSON, type Document } from 'mongodb'

const { deserialize, serialize } = BSON

const OP_MSG = 2013
const OP_QUERY = 2004
const OP_REPLY = 1

/** A received command, and how its answer is framed. */
export interface Request {
  readonly command: Document
  answer(document: Document): Buffer
}

/** The next complete message of the received bytes; `undefined` if there is none yet. */
export function messageIn(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 16 || bytes.length < bytes.readInt32LE(0)) return undefined
  return bytes.subarray(0, bytes.readInt32LE(0))
}

export function requestIn(message: Buffer): Request {
  const [id, code] = [message.readInt32LE(4), message.readInt32LE(12)]
  if (code === OP_QUERY) {
    return {
      command: read(message.subarray(message.indexOf(0, 20) + 9)),
      answer: document => {
        const head = Buffer.alloc(20)
        head.writeInt32LE(1, 16)
        return framed(id, OP_REPLY, Buffer.concat([head, serialize(document)]))
      },
    }
  }
  return {
    command: commandIn(message),
    answer: document => framed(id, OP_MSG, Buffer.concat([Buffer.alloc(5), serialize(document)])),
  }
}

/** The sections of an `OP_MSG` in one document. */
function commandIn(message: Buffer): Document {
  const command: Document = {}
  for (let at = 20; at < message.length; ) {
    const kind = message[at++]
    const size = message.readInt32LE(at)
    const section = message.subarray(at, at + size)
    at += size
    if (kind === 0) {
      Object.assign(command, read(section))
      continue
    }
    const end = section.indexOf(0, 4)
    const documents: Document[] = []
    for (let from = end + 1; from < section.length; from += section.readInt32LE(from)) {
      documents.push(read(section.subarray(from, from + section.readInt32LE(from))))
    }
    command[section.toString('utf8', 4, end)] = documents
  }
  return command
}

/** Documents keep the types of their fields. */
function read(bytes: Buffer): Document {
  return deserialize(bytes, {
    promoteValues: false,
    promoteBuffers: false,
    promoteLongs: false,
    bsonRegExp: true,
  })
}

let replies = 0

function framed(request: number, code: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + body.length, 0)
  head.writeInt32LE(++replies, 4)
  head.writeInt32LE(request, 8)
  head.writeInt32LE(code, 12)
  return Buffer.concat([head, body])
}
