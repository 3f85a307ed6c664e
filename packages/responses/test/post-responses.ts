/** One event as a client reads it off the wire. */
export interface ReadEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** Posts `body` to `url`/responses as a client that wants a stream. */
export function postResponses(
  url: string,
  body: unknown,
  options: { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Response> {
  return fetch(`${url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

/** The smallest request: the person said `text`. */
export function words(text: string): Readonly<Record<string, unknown>> {
  return {
    model: 'm',
    stream: true,
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
  }
}

/** Reads server-sent events one by one, as they arrive. */
export async function* readEvents(response: Response): AsyncGenerator<ReadEvent, void, undefined> {
  if (response.body === null) throw new Error('the answer has no body')
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '))
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length)) as ReadEvent
    }
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The text of all deltas. */
export async function readText(response: Response): Promise<string> {
  let text = ''
  for await (const event of readEvents(response))
    if (event.type === 'response.output_text.delta') text += String(event['delta'])
  return text
}
