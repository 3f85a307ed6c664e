import { describeConversationContract } from '@x/agents/testing'
import { CODEX_VERSIONS } from '@x/fixtures'
import { cuttableHost } from './host-with.ts'
import { openWorkshop } from './workshop.ts'

const cues = { answer: 'hello there', talk: 'slow: 2', fail: 'fail: 400', askToRun: 'run: touch made' }

for (const version of CODEX_VERSIONS) {
  describeConversationContract(`Codex ${version}`, async () => {
    const workshop = await openWorkshop(version)
    const { host, cut } = cuttableHost(workshop.host)
    const session = await workshop.open({ host })
    await session.ready
    return {
      conversation: session.conversation,
      cues,
      cutLink: () => {
        cut()
        return Promise.resolve()
      },
      close: () => session.close(),
      [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
    }
  })
}
