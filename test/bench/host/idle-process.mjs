// A process that does nothing but measure how late its event loop is: what the machine itself does to any process.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 1 })
process.on('message', message => {
  if (message === 'start') delay.enable()
  else {
    delay.disable()
    process.send({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 })
  }
})
process.send('ready')
