/** Stock closes an idle core at its fourth strike, one each 2 s: after 4 to 6 s (corestore 7.12.5 index.js:158, :180). */
export const LINGER_MS = 6000

/** The longest delay that a 32-bit timer keeps; a longer one fires at once. */
export const MAX_LINGER_MS: number = 2 ** 31 - 1
