import type { Grant } from '@x/agents/conversation'
import { stringify } from 'smol-toml'
import { DEFAULT_MODEL, type LoginFacts } from '../login/login.ts'
import type { LaunchRecord } from '../session/parse-launch-record.ts'
import { PROFILE, renderPermissions, type PermissionPlaces } from '../posture/render-permissions.ts'

const PROVIDER = 'endpoint'

/**
 * `config.toml` of one task: its login's address, its posture, and nothing that asks a person at the start.
 *
 * The project is not trusted on purpose: a `.codex/config.toml` in the person's code could name programs that Codex
 * runs outside the sandbox.
 */
export function renderConfig(
  { login, version, approvals }: Pick<LaunchRecord, 'login' | 'version' | 'approvals'>,
  places: PermissionPlaces,
  grants: readonly Grant[] = [],
): string {
  // Where nobody is asked, the agent is not offered to ask.
  const asks = approvals === 'ask'
  return stringify({
    // Below our own, whatever it says.
    ...(login.kind === 'seed' && login.settings),
    check_for_update_on_startup: false,
    cli_auth_credentials_store: 'file',
    default_permissions: PROFILE,
    ...modelSettings(login),
    analytics: { enabled: false },
    // Codex would read a snapshot of the shell from its home before each command. Commands can't see it there, and
    // dash, unlike bash, ends at once with status 2 when a file that it is to read is missing.
    // What is switched on here is our choice: a person can do nothing about it.
    suppress_unstable_features_warning: true,
    features: {
      shell_snapshot: false,
      default_mode_request_user_input: asks,
      request_permissions_tool: asks,
    },
    // The floor has it anyway, and knows no such table.
    ...(version !== '0.142.5' && { tools: { update_plan: { enabled: true } } }),
    shell_environment_policy: { inherit: 'core' },
    projects: { [places.directory]: { trust_level: 'untrusted' } },
    permissions: {
      [PROFILE]: {
        extends: ':workspace',
        filesystem: renderPermissions(places, grants),
        ...(grants.some((grant) => 'network' in grant) && { network: { enabled: true } }),
      },
    },
  })
}

/** Who is asked. Whatever else needs the login goes to the same address. */
function modelSettings(login: LoginFacts): Record<string, unknown> {
  switch (login.kind) {
    case 'api-key':
    case 'in-terminal':
      return {}
    case 'endpoint':
      return { model: login.model, ...providerAt(login.baseUrl, login.hasKey) }
    case 'seed': {
      const { settings, modelBaseUrl } = login
      if (modelBaseUrl === undefined) return {}
      return {
        model: settings?.['model'] ?? DEFAULT_MODEL,
        ...providerAt(modelBaseUrl, true),
        chatgpt_base_url: modelBaseUrl,
      }
    }
  }
}

function providerAt(baseUrl: string, needsLogin: boolean): Record<string, unknown> {
  return {
    model_provider: PROVIDER,
    model_providers: {
      [PROVIDER]: {
        name: new URL(baseUrl).host,
        base_url: baseUrl,
        wire_api: 'responses',
        requires_openai_auth: needsLogin,
      },
    },
  }
}
