import type { Definitions, Schema } from './schema-types.ts'

/**
 * Result types that the dump does not let us find: everywhere else the result of `XParams` is `XResponse`.
 * Keyed by method.
 */
export const RESULT_TYPES: Readonly<Record<string, string>> = {
  'account/gatewayOAuth/cancel': 'GatewayOAuthCancelResponse',
  'account/logout': 'LogoutAccountResponse',
  'account/rateLimits/read': 'GetAccountRateLimitsResponse',
  'account/securitySetup/read': 'GetAccountSecuritySetupResponse',
  'account/usage/read': 'GetAccountTokenUsageResponse',
  'account/workspaceMessages/read': 'GetWorkspaceMessagesResponse',
  'accountSession/list': 'AccountSessionsResponse',
  'config/batchWrite': 'ConfigWriteResponse',
  'config/mcpServer/reload': 'McpServerRefreshResponse',
  'config/value/write': 'ConfigWriteResponse',
  'configRequirements/read': 'ConfigRequirementsReadResponse',
  'externalAgentConfig/import/readHistories': 'ExternalAgentConfigImportHistoriesReadResponse',
  'memory/reset': 'MemoryResetResponse',
  'remoteControl/status/read': 'RemoteControlStatusReadResponse',
  'rollout/compress': 'RolloutCompressResponse',
  'windowsSandbox/readiness': 'WindowsSandboxReadinessResponse',
}

/**
 * What no dump has and is sent all the same: more properties of an object, more members of a union. A method is there
 * in each version whose dump has the type of its params.
 */
export const MANUAL_DEFINITIONS: Definitions = {
  // Sent to a thread that was started with `experimentalRawEvents`; the dumps have the types only.
  ServerNotification: {
    oneOf: [
      notification('rawResponse/completed', 'RawResponseCompletedNotification'),
      notification('rawResponseItem/completed', 'RawResponseItemCompletedNotification'),
    ],
  },
}

function notification(method: string, params: string): Schema {
  return {
    type: 'object',
    experimental: true,
    required: ['method', 'params'],
    properties: {
      method: { type: 'string', enum: [method] },
      params: { $ref: `#/definitions/${params}` },
    },
  }
}
