import { parentPort } from 'node:worker_threads'
import { IndexServer } from './index-server.ts'
import type { Request } from './messages.ts'

// What runs in the worker of an index.
const server = new IndexServer((reply, transfer) => parentPort?.postMessage(reply, transfer))
parentPort?.on('message', (request: Request) => server.receive(request))
