import { openSession, attachSession } from '@x/codex'
import { openLocalHost } from '@x/host'
import { openResponsesServer } from '@x/responses'
import { rmSync } from 'node:fs'
const v = (process.argv[2] ?? '0.169.0') as '0.169.0'
const state = '/root/.cache/x/t/try' + v
rmSync(state, { recursive: true, force: true })
const host = await openLocalHost()
const model = await openResponsesServer({})
const t0 = performance.now()
const s = await openSession({ host, stateDir: state, version: v, taskId: 'one', login: { endpoint: { baseUrl: model.url, key: 'sk-canary' } }, onProgress: (p) => console.log(p) })
console.log('open', performance.now() - t0)
await s.ready
console.log('ready', performance.now() - t0)
const turn = s.conversation.send('hello there')
for await (const t of turn.text) process.stdout.write(t)
console.log(await turn.result)
s.conversation.onApproval((a) => { console.log('APPROVAL', a); setTimeout(() => void s.conversation.answer(a.id, /hello/.test(a.command ?? '') ? 'accept' : 'decline'), 50) })
console.log(await s.conversation.send('run: touch hello.txt; ls').result)
console.log(await s.conversation.send('run: echo no').result)
console.log(JSON.stringify(s.conversation.state.turns.at(-2), null, 1))
const slow = s.conversation.send('slow: 4')
await slow.turnId
await new Promise(r => setTimeout(r, 1000))
await s.detach()
const b = await attachSession('one', { host, stateDir: state })
console.log('attached', JSON.stringify(b.conversation.state).length, b.conversation.state.turns.map(t => [t.status, ...t.items.map(i => i.type + ':' + i.phase + ':' + i.id)]))
for await (const f of b.conversation.feed()) { const l = b.conversation.state.turns.at(-1)!; if (l.status !== 'in-progress') { console.log(l.status, l.items.map(i => [i.type, i.phase, 'text' in i ? i.text.length : 0])); break } }
const t1 = performance.now(); const again = b.conversation.send('slow: 5'); await again.turnId; await b.conversation.interrupt(); console.log(await again.result, performance.now() - t1)
await b.close(); console.log('closed', performance.now() - t1)
await model.close(); await host.close()
