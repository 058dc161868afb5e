/** Resolves at the start of a frame. */
export function frame(): Promise<void> {
  return new Promise(resolve => requestAnimationFrame(() => resolve()))
}

/** Resolves once the frame being made is painted: a message is handled after the rendering that it was sent in. */
function painted(): Promise<void> {
  return new Promise(resolve => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    })
  })
}

/** Milliseconds from `act` until its result is on the screen. */
export async function timeToPaint(act: () => void, isThere: () => boolean): Promise<number> {
  await frame()
  const start = performance.now()
  act()
  // Content that was drawn at once is painted at the end of this frame.
  await Promise.resolve()
  while (!isThere()) await frame()
  await painted()
  return performance.now() - start
}

/** Milliseconds between the frames until `stop` is called. */
export function recordFrames(): () => number[] {
  const deltas: number[] = []
  let last = performance.now()
  let isRunning = true
  const next = (now: number) => {
    deltas.push(now - last)
    last = now
    if (isRunning) requestAnimationFrame(next)
  }
  requestAnimationFrame(now => {
    last = now
    requestAnimationFrame(next)
  })
  return () => {
    isRunning = false
    return deltas
  }
}
