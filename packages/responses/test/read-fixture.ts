import { readFileSync } from 'node:fs'

import type { ModelRequest } from '../src/model-request.ts'
import { parseModelRequest } from '../src/parse-model-request.ts'

/** Requests of the real binary after one command, with ids, tool descriptions and long texts cut out. */
export const FIXTURES = ['codex-0.142.5', 'codex-0.169.0', 'codex-0.169.0-code-mode'] as const

export type FixtureName = (typeof FIXTURES)[number]

/** An item of `input` in its wire spelling. */
export type WireItem = Readonly<Record<string, unknown>>

export function readFixture(
  name: FixtureName,
): Readonly<Record<string, unknown>> & { readonly input: WireItem[] } {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')
  return JSON.parse(text) as Readonly<Record<string, unknown>> & { readonly input: WireItem[] }
}

/** The fixture's request up to the person's words, with `items` in their place. */
export function requestWith(name: FixtureName, ...items: readonly WireItem[]): ModelRequest {
  const body = readFixture(name)
  const words = body.input.findIndex((item) => JSON.stringify(item).includes('please do'))
  return mustParse({ ...body, input: [...body.input.slice(0, words), ...items] })
}

export function mustParse(body: unknown): ModelRequest {
  const parsed = parseModelRequest(JSON.stringify(body))
  if ('bad' in parsed) throw new Error(parsed.bad.message)
  return parsed.request
}

export function user(...texts: readonly string[]): WireItem {
  return { type: 'message', role: 'user', content: texts.map((text) => ({ type: 'input_text', text })) }
}

export function assistant(text: string): WireItem {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
}

export function call(callId: string, cmd: string): WireItem {
  return { type: 'function_call', call_id: callId, name: 'exec_command', arguments: JSON.stringify({ cmd }) }
}

export function output(callId: string, text: string): WireItem {
  return { type: 'function_call_output', call_id: callId, output: text }
}

/** The text of a command that ended, as both versions write it. */
export function ended(exitCode: number, written: string): string {
  return `Chunk ID: da4f6a\nWall time: 0.0000 seconds\nProcess exited with code ${String(exitCode)}\nOriginal token count: 1\nOutput:\n${written}`
}
