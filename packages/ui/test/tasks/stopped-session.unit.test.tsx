import type { SessionStatus } from '@x/agents/conversation'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { StoppedSession } from '../../src/tasks/stopped-session.tsx'

function drawn(status: Extract<SessionStatus, { state: 'failed' | 'ended' }>) {
  return renderToStaticMarkup(<StoppedSession status={status} onResume={() => Promise.resolve()} />)
}

/** The names of the buttons. */
const buttonsOf = (markup: string) =>
  Array.from(markup.matchAll(/<button[^>]*>([^<]*)<\/button>/g), ([, name]) => name)

test('one that has ended can be resumed', () => {
  const markup = drawn({ state: 'ended' })
  expect(buttonsOf(markup)).toEqual(['Resume'])
  expect(markup).toContain('is not running')
  expect(markup).not.toContain('role="alert"')
})

test('one that was lost says why, and can be resumed', () => {
  const markup = drawn({ state: 'ended', fault: { message: 'Codex went away', remedy: 'Look at its log.' } })
  expect(buttonsOf(markup)).toEqual(['Resume'])
  expect(markup).toContain('Codex went away')
  expect(markup).toContain('Look at its log.')
})

test('one that failed says why at once, and is tried again', () => {
  const markup = drawn({ state: 'failed', fault: { message: 'npm could not fetch it' } })
  expect(buttonsOf(markup)).toEqual(['Retry'])
  expect(markup).toContain('npm could not fetch it')
  expect(markup).toContain('role="alert"')
})
