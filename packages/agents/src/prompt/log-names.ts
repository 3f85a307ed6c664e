/** What lies in the work directory for the agent and us; prompt and driver use the same names. */
export const AGENT_LOG = 'agent.log'
export const RESUME_LOG = 'resume.log'
export const DELIVERABLES_DIRECTORY = 'deliverables'
export const UPLOADS_DIRECTORY = 'uploads'

/** Of a link by which an agent offers a file to a person; what follows is its path, seen from the work directory. */
export const OFFER_SCHEME = 'offer:'
