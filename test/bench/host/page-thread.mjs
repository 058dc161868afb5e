// A page as the host sees it: sends requests over a port as birpc does, from a thread of its own.
import { parentPort, workerData } from 'node:worker_threads'

const { port } = workerData
const PUTS = 3000
const AT_ONCE = 16
const PAGE = 1000

const waiting = new Map()
const ended = new Map()
let last = 0

port.on('message', message => {
  if (message.t === 's') {
    waiting.get(message.i)?.(message.r)
    waiting.delete(message.i)
    return
  }
  const [name, job] = message.a
  if (name === 'jobChanged' && job.state !== 'running') ended.get(job.request.prefix)?.(job)
})

async function call(name, input) {
  const id = String(++last)
  const reply = await new Promise(resolve => {
    waiting.set(id, resolve)
    port.postMessage({ t: 'q', i: id, m: 'call', a: [last, name, input] })
  })
  if (reply?.ok !== true) throw new Error(`${name}: ${JSON.stringify(reply)}`)
  return reply.value
}

const works = {
  async write(session) {
    const bytes = new Uint8Array(60 * 1024).fill(7)
    let next = 0
    const lane = async () => {
      while (next < PUTS) {
        const index = next++
        await call('store.put', { session, key: `/branch-${index % 7}/value-${index}`, bytes })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  },

  async read(session) {
    const prefixes = ['/']
    for (let prefix = prefixes.pop(); prefix !== undefined; prefix = prefixes.pop()) {
      let after
      do {
        const { rows, cursor } = await call('store.list', { session, prefix, limit: PAGE, after })
        for (const { name, isBranch } of rows)
          if (isBranch) prefixes.push(`${prefix === '/' ? '' : prefix}/${name}`)
        after = cursor
      } while (after !== undefined)
    }
  },

  async stats(session) {
    await call('store.stats', { session })
  },

  async count(session) {
    const prefix = '/'
    const done = new Promise(resolve => ended.set(prefix, resolve))
    await call('jobs.start', { session, request: { type: 'count', prefix } })
    const { state } = await done
    if (state !== 'done') throw new Error(`The count ended as ${state}`)
  },
}

parentPort.on('message', async work => {
  await Promise.all(Object.entries(work).map(([name, session]) => works[name](session)))
  parentPort.postMessage('done')
})
parentPort.postMessage('ready')
