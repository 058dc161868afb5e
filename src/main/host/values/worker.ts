import { parentPort } from 'node:worker_threads'
import { type Decoded, decodeValue, encodeValue, type Stage } from '../../../core/values/pipeline.ts'
import { StageError } from '../../../core/values/stage-error.ts'
import { compression } from './compression.ts'

/** A request to the worker, which gets one at a time. */
export type ValueRequest =
  | {
      readonly call: 'decode'
      readonly bytes: Uint8Array
      readonly name: string
      readonly choice: readonly Stage[]
    }
  | {
      readonly call: 'encode'
      readonly shown: Uint8Array
      readonly pipeline: readonly Stage[]
      readonly stored: Uint8Array
    }

export type ValueReply =
  | { readonly decoded: Decoded }
  | { readonly bytes: Uint8Array }
  /** Why the text cannot be encoded. */
  | { readonly refused: string }

function answer(request: ValueRequest): ValueReply {
  if (request.call === 'decode') return { decoded: decodeValue(request.bytes, { ...request, compression }) }
  try {
    return { bytes: encodeValue(request.shown, { ...request, compression }) }
  } catch (error) {
    if (error instanceof StageError) return { refused: error.message }
    throw error
  }
}

parentPort?.on('message', (request: ValueRequest) => parentPort?.postMessage(answer(request)))
