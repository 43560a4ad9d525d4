/** A moment in milliseconds as events, answers and rows say it. */
export const instant = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
