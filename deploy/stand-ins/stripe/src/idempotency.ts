/** One key, one result: https://docs.stripe.com/api/idempotent_requests. */
import { Refusal } from './errors.js';
import { trim } from './world.js';

export interface Answer {
  readonly status: number;
  readonly body: object;
}
interface Kept {
  readonly asked: string;
  readonly at: number;
  readonly requestId: string;
  /** None while the first call is still being answered. */
  answer: Answer | undefined;
}
export type Keys = Map<string, Kept>;

/** Stripe forgets a key no sooner; here it does so exactly then, so that nobody comes to count on more. */
const KEPT_FOR = 86_400;
const LONGEST = 255;

export interface Claim {
  /** The first call's answer and request id, when this is a repetition. */
  readonly replay?: { readonly answer: Answer; readonly requestId: string };
  /** Keeps the result, of success or failure. */
  keep(answer: Answer): void;
}

/** @throws Refusal idempotency_error: other parameters than before, or a first call that is still under way. */
export function claim(keys: Keys, key: string, asked: string, requestId: string, now: number): Claim {
  if (key.length > LONGEST)
    throw new Refusal(400, {
      type: 'idempotency_error',
      message: `A key has at most ${LONGEST} characters`,
    });
  const kept = keys.get(key);
  if (kept && now - kept.at < KEPT_FOR) {
    if (kept.asked !== asked)
      throw new Refusal(400, {
        type: 'idempotency_error',
        message: 'The idempotency key was used before, with other parameters or for another call',
      });
    if (kept.answer === undefined)
      throw new Refusal(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: 'The first call with this idempotency key is still under way',
      });
    return { replay: { answer: kept.answer, requestId: kept.requestId }, keep: () => undefined };
  }
  const fresh: Kept = { asked, at: now, requestId, answer: undefined };
  keys.delete(key);
  keys.set(key, fresh);
  trim(keys);
  return {
    keep: (answer) => {
      fresh.answer = answer;
    },
  };
}
