/**
 * Milliseconds a request waits for an outcome that another service decides before it answers 202. Whoever calls must be
 * ready to wait for longer: the gateway, and every client.
 */
export const OUTCOME_PATIENCE = 3_000;
