export const ACCOUNT = 'account-1'

/** What tokens say of their bearer: the same person for every login. */
export const CLAIMS = {
  email: 'ada@example.com',
  'https://api.openai.com/auth': {
    chatgpt_plan_type: 'pro',
    chatgpt_account_id: ACCOUNT,
    chatgpt_user_id: 'user-1',
  },
}
