import { ControlCommandError, type KeptLogin } from '@x/runner/http'
import { z } from 'zod'

const port = z.int().min(1).max(65_535)

const ports = z.object({
  page: port.optional(),
  model: port.optional(),
  workerModel: port.optional(),
  broker: port.optional(),
})
const workers = z.array(z.string().min(1))
const instance = z.object({
  pid: z.int().positive(),
  startTime: z.string(),
  bootId: z.string(),
  port,
  secret: z.string().min(1),
  startedAt: z.number(),
})
const cookies = z.array(z.object({ hash: z.string(), expiresAt: z.number() }))
const titles = z.array(z.tuple([z.string(), z.string()]))
const listening = z.object({ port, pid: z.int().positive() })

/** Ports that were bound before and are bound again. */
export type Ports = {
  readonly page?: number | undefined
  readonly model?: number | undefined
  /** On the worker's loopback, where it reaches the model on ours. */
  readonly workerModel?: number | undefined
  /** Where sessions renew their logins. */
  readonly broker?: number | undefined
}
/** Who serves the page, and the secret that lets its keeper in. */
export type InstanceRecord = Readonly<z.infer<typeof instance>>
/** What the offline model writes once it listens. */
export type ListeningRecord = Readonly<z.infer<typeof listening>>

/** A damaged file is as good as none: what is in it can be made again. */
export const parsePorts = (text: string): Ports => read(ports, text) ?? {}
export const parseInstanceRecord = (text: string): InstanceRecord | undefined => read(instance, text)
export const parseCookies = (text: string): readonly KeptLogin[] => read(cookies, text) ?? []
export const parseWorkers = (text: string): readonly string[] => read(workers, text) ?? []
/** Pairs of a session's id and its title. */
export const parseTitles = (text: string): readonly (readonly [string, string])[] => read(titles, text) ?? []
export const parseListening = (text: string): ListeningRecord | undefined => read(listening, text)

const command = z.strictObject({ directory: z.string().startsWith('/').nullable() })
const answer = z.object({
  token: z.string().min(1),
  session: z.string().optional(),
})

/** What a second `start` asks of the first: an address, and a session for a directory when one is named. */
export type ControlCommand = Readonly<z.infer<typeof command>>
export type ControlAnswer = {
  readonly token: string
  /** Id of the session that the address is to lead to. */
  readonly session?: string | undefined
}

/** @throws ControlCommandError */
export function parseControlCommand(value: unknown): ControlCommand {
  const { data, error } = command.safeParse(value)
  if (data) return data
  const [issue] = error.issues
  throw new ControlCommandError(
    `the command can't be read: ${issue?.path.join('.') || 'body'}: ${String(issue?.message)}`,
    { cause: error },
  )
}
/** @throws ZodError */
export const parseControlAnswer = (value: unknown): ControlAnswer => answer.parse(value)

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
