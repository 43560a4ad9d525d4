/** What Stripe answers instead of what was asked for: https://docs.stripe.com/api/errors, in our own words. */

export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly message: string;
  readonly charge?: string;
  /** The objects as they are now, so that the caller sees what the failed call has done. */
  readonly payment_intent?: unknown;
  readonly payment_method?: unknown;
}

export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

/** 400: the request itself is wrong. Many of Stripe's have no code, and then neither has this. */
export const invalid = (message: string, rest: Partial<ErrorBody> = {}): Refusal =>
  new Refusal(400, { type: 'invalid_request_error', message, ...rest });

/** 404 for the object of the address, 400 for one a parameter names: Stripe tells them apart so. */
export const noSuch = (kind: string, id: string, param = 'id'): Refusal =>
  new Refusal(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${kind}: '${id}'`,
  });

/** 402: the request was right, and the card said no. */
export const cardError = (body: Omit<ErrorBody, 'type'>): Refusal =>
  new Refusal(402, { type: 'card_error', ...body });
