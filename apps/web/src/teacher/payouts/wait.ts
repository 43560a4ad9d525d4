/** Hours as people say them: 72 are three days, 36 stay hours; undefined for none. */
export function waitOf(hours: number): { unit: 'Hours' | 'Days'; count: number } | undefined {
  if (hours === 0) return undefined;
  return hours % 24 === 0 ? { unit: 'Days', count: hours / 24 } : { unit: 'Hours', count: hours };
}
