import fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { renderConfig } from '../../src/home/render-config.ts'
import { taskPaths } from '../../src/home/task-paths.ts'
import { loginFacts, type LoginFacts } from '../../src/login/login.ts'
import type { PermissionPlaces } from '../../src/posture/render-permissions.ts'

const KEY = 'sk-canary-of-the-login'

function places(directory: string, stateDir = '/state'): PermissionPlaces {
  const paths = taskPaths(stateDir, 'mine')
  return { paths, directory, stateDir, installation: '/cache/codex/1', accountHome: '/home/person' }
}

const endpoint = loginFacts({ endpoint: { baseUrl: 'https://models.example/v1', key: KEY, model: 'm' } })

function asking(login: LoginFacts, version = '0.169.0'): Parameters<typeof renderConfig>[0] {
  return { login, version, approvals: 'ask' }
}

describe('renderConfig', () => {
  test('says what the session needs', () => {
    const text = renderConfig(asking(endpoint), places('/code'))
    expect(parse(text)).toEqual({
      check_for_update_on_startup: false,
      suppress_unstable_features_warning: true,
      cli_auth_credentials_store: 'file',
      default_permissions: 'task',
      model: 'm',
      model_provider: 'endpoint',
      model_providers: {
        endpoint: {
          name: 'models.example',
          base_url: 'https://models.example/v1',
          wire_api: 'responses',
          requires_openai_auth: true,
        },
      },
      analytics: { enabled: false },
      features: {
        shell_snapshot: false,
        default_mode_request_user_input: true,
        request_permissions_tool: true,
      },
      tools: { update_plan: { enabled: true } },
      shell_environment_policy: { inherit: 'core' },
      projects: { '/code': { trust_level: 'untrusted' } },
      permissions: {
        task: {
          extends: ':workspace',
          filesystem: expect.objectContaining({
            ':slash_tmp': 'deny',
            ':tmpdir': 'write',
            '/state': 'deny',
            '/state/tasks/mine/home/.codex/tmp': 'read',
            '/state/tasks/mine/work': 'write',
            '/code': 'write',
            '/cache/codex/1': 'read',
            '/home/person/.ssh': 'deny',
          }),
        },
      },
    })
    expect(text).not.toContain(KEY)
  })

  test('offers no questions where nobody is asked, and names no table that the floor does not know', () => {
    const silent = renderConfig({ ...asking(endpoint, '0.142.5'), approvals: 'never' }, places('/code'))
    expect(parse(silent)).toMatchObject({
      features: { default_mode_request_user_input: false, request_permissions_tool: false },
    })
    expect(parse(silent)).not.toHaveProperty('tools')
  })

  test('leaves the provider to Codex for an API key', () => {
    const text = renderConfig(asking(loginFacts({ apiKey: KEY })), places('/code'))
    const config = parse(text)
    expect(config).not.toHaveProperty('model_provider')
    expect(config).not.toHaveProperty('model_providers')
    expect(text).not.toContain(KEY)
  })

  test('has what a stored login carries below our own, and shows it to one address alone', () => {
    const seed = { kind: 'seed', mode: 'brokered', owner: 'ada', seedId: 's', port: 7 } as const
    const settings = { model: 'chosen', default_permissions: 'none' }
    const plain = parse(renderConfig(asking({ ...seed, settings }), places('/code')))
    expect(plain).toMatchObject({ model: 'chosen', default_permissions: 'task' })
    expect(plain).not.toHaveProperty('model_provider')
    const modelBaseUrl = 'https://gateway.example/v1'
    const elsewhere = parse(renderConfig(asking({ ...seed, settings, modelBaseUrl }), places('/code')))
    expect(elsewhere).toMatchObject({
      model: 'chosen',
      default_permissions: 'task',
      chatgpt_base_url: modelBaseUrl,
      model_providers: { endpoint: { base_url: modelBaseUrl, requires_openai_auth: true } },
    })
  })

  // What follows the first table belongs to it, and the profile would not be in force.
  test('names the profile before any table, whatever the places are called', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0/]/.test(text))
    fc.assert(
      fc.property(name, name, (directory, model) => {
        const facts = loginFacts({ endpoint: { baseUrl: 'http://localhost:1/v1', model } })
        const text = renderConfig(asking(facts), places(`/${directory}`))
        const config = parse(text)
        expect(config).toMatchObject({ default_permissions: 'task', model })
        expect(config['projects']).toEqual({ [`/${directory}`]: { trust_level: 'untrusted' } })
        expect(config['permissions']).toMatchObject({ task: { filesystem: { [`/${directory}`]: 'write' } } })
        expect(text.indexOf('default_permissions')).toBeLessThan(text.search(/^\[/m))
      }),
    )
  })

  test('gives back single places in the state directory only', () => {
    const { permissions } = parse(
      renderConfig(asking(endpoint), places('/state/tasks/mine/work')),
    ) as unknown as {
      permissions: { task: { filesystem: Record<string, string> } }
    }
    const given = Object.entries(permissions.task.filesystem).filter(
      ([place, access]) => place.startsWith('/state/') && access !== 'deny',
    )
    expect(given.map(([place]) => place).sort()).toEqual([
      '/state/tasks/mine/home/.codex/tmp',
      '/state/tasks/mine/work',
    ])
  })
})
