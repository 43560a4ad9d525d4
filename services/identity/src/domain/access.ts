/** Seconds an access token lives: a suspension or a changed role bites within this time. */
export const ACCESS_SECONDS = 10 * 60;
