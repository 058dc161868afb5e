import { ownCopy } from '../bytes.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type { CallOptions, PutOptions, PutResult, ValueSource } from '../datastore.ts'
import type { Key } from '../key.ts'
import { ACTIONS } from '../layers/layer.ts'
import { type Call, InterceptedDatastore } from './intercepted.ts'

/**
 * A wrapper whose calls may reach the store below late, or more than once: so it keeps call order, in-flight calls and
 * the caller's buffers apart itself.
 */
export abstract class DelayingDatastore<V> extends InterceptedDatastore<V> {
  protected readonly gate = new CallGate()

  /** Makes the call below, in its time. */
  protected abstract delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T>

  protected abstract delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T>

  override put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    return super.put(key, ownCopy(value), options)
  }

  override close(): Promise<void> {
    return this.gate.close(() => this.child.close())
  }

  protected override around<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const { verb, key, options } = call
    const action = ACTIONS[verb]
    const work = () => this.delay(call, run)
    switch (verb) {
      case 'put':
      case 'delete':
        return this.gate.write(action, [key], options, work)
      case 'rename':
        return this.gate.write(action, [key, call.to ?? key], options, work)
      case 'get':
      case 'has':
      case 'stat':
        return this.gate.read(action, key, options, work)
      default:
        return this.gate.run(action, key, options, work)
    }
  }

  protected override aroundStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const { verb, key, options } = call
    const action = ACTIONS[verb]
    // A watch is no read of a moment: nothing waits for it, neither a write nor the close that ends it.
    if (verb === 'watch') return this.#whileOpen(call, run)
    const work = () => this.delayStream(call, run)
    // Only a value is read in order: an answer has no key.
    return verb === 'getStream'
      ? this.gate.readStream(action, key, options, work)
      : this.gate.runStream(action, key, options, work)
  }

  async *#whileOpen<T>(call: Call, run: (options: CallOptions) => AsyncIterable<T>): AsyncIterable<T> {
    this.gate.assertOpen(ACTIONS[call.verb], call.key, call.options)
    yield* this.delayStream(call, run)
  }
}
