const FENCE = '```'

/** What the model says of itself, wherever somebody might take it for a real one. */
export const OFFLINE =
  'I am a scripted model that works offline: I do not think, I only follow a few commands.'

/** What one can write to it. */
export const HELP = `${OFFLINE} Write one of these:

- \`run: ls -la\` runs the command through Codex, in its real sandbox, with its real approvals. Several \`run:\` lines run one after the other.
- \`slow\` or \`slow: 20\` answers for 8 or 20 seconds, so that you can interrupt, steer, or close the page and come back.
- \`count: 1000\` sends that many lines as fast as they go.
- \`plan\` makes a plan and ticks it off. \`think\` (or \`reason\`) thinks aloud before it answers.
- \`patch\` adds, changes, moves and deletes files in the folder \`scripted-model\` of the work directory.
- \`parallel\` runs three commands side by side. \`agents\` lets two sub-agents work.
- \`ask\` asks you something, with answers to choose from.
- \`deny\` runs a command that the sandbox should refuse, \`net\` one that needs the network.
- \`images\` says which images you sent, or makes one and looks at it. \`usage\` reports tokens and limits.
- \`flood: 50000\` sends that many deltas as fast as you can take them.
- \`md\` shows what Markdown looks like.
- \`fail\` or \`fail: 500\` breaks the answer, or refuses the request with that HTTP status.
- \`help\` says this again. Anything else gets a friendly answer.
`

/** One of everything that a chat page should be able to show. */
export const MARKDOWN = `# A Markdown sample

Plain words, **bold words**, *leaning words*, \`code\` and a [link](https://example.com/).

## A list

1. first
2. second
   - with a part of its own

> A quotation of nobody.

| column | value |
|---|---|
| one | 1 |
| two | 2 |

${FENCE}ts
export function add(left: number, right: number): number {
  return left + right
}
${FENCE}

That was all of it.
`

/** A friendly answer to words that are no command. */
export function talkText(text: string, heard: number): string {
  const words =
    text.trim() === '' ? 'nothing that I can read' : `“${clip(text.trim().replace(/\s+/g, ' '), 120)}”`
  const count = heard === 1 ? 'That is the first message' : `That makes ${String(heard)} messages`
  return `You wrote ${words}. ${count} that I have heard in this conversation. ${OFFLINE} Write \`help\` for what I understand, or try \`run: echo hello\`.`
}

/** Markdown of \`words\` words or a few more, for an answer that takes a while. */
export function slowText(words: number): string {
  const intro = `# A slow answer\n\n${OFFLINE} This answer takes its time on purpose. You may interrupt it, add a message, or close the page and come back.\n\n- the first point\n- the second point\n- the third point\n\n${FENCE}sh\n# a code block, to have one\nfor n in 1 2 3; do echo "$n"; done\n${FENCE}\n`
  let text = intro
  for (let paragraph = 1; countWords(text) < words - END_WORDS; paragraph += 1) {
    text += `\n## Part ${String(paragraph)}\n\nThis is paragraph ${String(paragraph)} of the slow answer, and it is here to fill time with words that arrive one after the other.\n`
  }
  return `${text}\nThat was the slow answer.\n`
}

/** The first lines of a command's output as a code block; empty when there is none. */
export function outputBlock(output: string, maxLines = 12): string {
  const lines = output.replace(/\s+$/, '').split('\n')
  if (lines.length === 1 && lines[0] === '') return ''
  const shown = lines.slice(0, maxLines).map((line) => clip(line, 200))
  const more = lines.length - shown.length
  // A fence must be longer than any run of backticks inside it.
  const longest = Math.max(
    2,
    ...shown.map((line) => Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))),
  )
  const fence = '`'.repeat(longest + 1)
  const tail = more > 0 ? `\n… and ${String(more)} more ${more === 1 ? 'line' : 'lines'}.` : ''
  return `\n\n${fence}text\n${shown.join('\n')}\n${fence}${tail}`
}

/** Said when the thread was compacted while commands were being run. */
export const LOST_TRACK = `The thread was compacted in the middle of this turn, and I cannot see any more what I have done for your last message. ${OFFLINE} Write it again if something is missing.`

/** The summary that takes the place of a long thread. */
export function summaryText(heard: number, newest: string): string {
  return `${OFFLINE} ${heard === 1 ? 'One message was' : `${String(heard)} messages were`} heard up to here; the newest was: “${clip(newest.replace(/\s+/g, ' '), 200)}”. Nothing is left to do.`
}

/** Says which commands a newer message has pushed aside. */
export function leftOutText(commands: readonly string[]): string {
  const named = commands.map((cmd) => `\`${clip(cmd.replaceAll('`', "'"), 80)}\``).join(', ')
  return `Your new message came first, so I leave out ${named}.`
}

export function clip(text: string, maxCharacters: number): string {
  const characters = Array.from(text)
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters - 1).join('')}…`
}

const END_WORDS = 5

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}
