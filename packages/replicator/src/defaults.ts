/**
 * ms from a peer's question to our refusal, where a policy is in force. Looking a core up, opening it and asking
 * the policy takes 1 to 10 ms here; five times that leaves room for a slow disk. What takes longer is refused
 * at the next multiple.
 */
export const REFUSAL_MS = 50

/** Denied questions that one stream remembers, to open them when the policy changes; the oldest go first. */
export const MAX_REMEMBERED = 1024
