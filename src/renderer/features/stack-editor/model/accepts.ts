import type { JsonNode } from '../json/json-node.ts'
import type { Schema } from './schema.ts'

/** Whether a value can mean something under a schema: its type fits, and it is one of the choices if there are any. */
export function accepts(schema: Schema, node: JsonNode): boolean {
  const choices = schema['enum']
  if (Array.isArray(choices)) return 'value' in node && choices.includes(node.value)
  const { type } = schema
  if (typeof type !== 'string') return true
  if (type === 'integer') return node.type === 'number' && Number.isInteger(node.value)
  return node.type === type
}
