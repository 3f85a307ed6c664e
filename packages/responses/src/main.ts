#!/usr/bin/env node
import { once } from 'node:events'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'

import { chatModel } from './chat/chat-model.ts'
import { openResponsesServer } from './open-responses-server.ts'
import { parseArguments, USAGE, type Arguments } from './parse-arguments.ts'
import { parseScript } from './parse-script.ts'
import { scriptedModel, type Script } from './scripted-model.ts'

const args = parseArguments(process.argv.slice(2))
switch (args.kind) {
  case 'help':
    process.stdout.write(USAGE)
    break
  case 'wrong':
    process.stderr.write(`x-responses: ${args.reason}\n${USAGE}`)
    process.exitCode = 2
    break
  case 'serve':
    await serve(args).catch((cause: unknown) => {
      process.stderr.write(
        `x-responses: ${(cause instanceof Error ? cause.message : String(cause)).replaceAll('\n', ' ')}\n`,
      )
      process.exitCode = 1
    })
}

async function serve({
  port,
  record,
  apiKeyFile,
  script,
}: Extract<Arguments, { kind: 'serve' }>): Promise<void> {
  // Listened for before anything can be seen of us: whoever reads the record may end us at once.
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  // Whoever started us may be gone, and the terminal with it; a line that cannot be written is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.on('SIGHUP', () => undefined)

  const apiKey = apiKeyFile === undefined ? undefined : await readKey(apiKeyFile)
  const model = script === undefined ? chatModel() : scriptedModel(await readScript(script))
  // Nothing is kept of what is asked: this process may live for weeks.
  await using server = await openResponsesServer({
    port,
    model,
    keepRequests: 0,
    ...(apiKey === undefined ? {} : { apiKey }),
  })
  await writeRecord(record, { port: server.port, url: server.url, pid: process.pid })
  process.stdout.write(`x-responses: listening at ${server.url}\n`)
  await ended
}

async function readKey(file: string): Promise<string> {
  const key = (await readFile(file, 'utf8')).trim()
  if (key === '') throw new Error(`no key in ${file}`)
  return key
}

/** Each fault on a line of its own, with the place in the document. */
async function readScript(file: string): Promise<Script> {
  const text = await readFile(file, 'utf8')
  try {
    return parseScript(text)
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message.replaceAll('\n', '; ')}`, { cause })
  }
}

/** A reader sees the whole record or none. */
async function writeRecord(file: string, record: Readonly<Record<string, unknown>>): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.tmp`
  try {
    await writeFile(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}
