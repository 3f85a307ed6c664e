import { expect, test } from 'vitest'

import { patchAsCall, renderPatch } from '../../src/steps/patch.ts'
import { requestWith, user } from '../read-fixture.ts'

test('adds, updates, moves and deletes', () => {
  expect(
    renderPatch([
      { add: 'new.txt', content: 'one\n\ntwo\n' },
      {
        update: 'old.txt',
        moveTo: 'moved.txt',
        replace: [
          { at: 'function f() {', from: '  a\n  b', to: '  c' },
          { from: '', to: 'last' },
        ],
      },
      { delete: 'gone.txt' },
    ]),
  ).toBe(`*** Begin Patch
*** Add File: new.txt
+one
+
+two
*** Update File: old.txt
*** Move to: moved.txt
@@ function f() {
-  a
-  b
+  c
@@
+last
*** Delete File: gone.txt
*** End Patch
`)
})

const step = { patch: [{ add: 'a', content: 'END_OF_PATCH\n' }] }

test('goes to the tool where there is one, and through the shell where not', () => {
  const request = requestWith('codex-0.169.0', user('go'))
  const with_ = (...names: readonly string[]) => ({
    ...request,
    tools: names.map((name) => ({ name, kind: 'custom' })),
  })
  expect(patchAsCall(step, with_('exec_command', 'apply_patch'))).toEqual({
    custom: 'apply_patch',
    input: renderPatch(step.patch),
  })
  expect(patchAsCall(step, with_('exec_command'))).toEqual({
    call: 'exec_command',
    arguments: { cmd: `apply_patch <<'END_OF_PATCH_'\n${renderPatch(step.patch)}END_OF_PATCH_\n` },
  })
})
