/** Who moves the money of a payout batch to banks. One more is an object like `manual`, named where batches are made. */
import type { BankAccount } from '@rollcall/contracts/api/withdrawals';

export type Format = 'csv' | 'pain.001';

/** Whose account is paid from. */
export interface Debtor {
  readonly name: string;
  /** An IBAN, or a number of another kind. */
  readonly account: string;
  readonly bic: string | null;
}

export interface Payment {
  /** The withdrawal's id, by which the bank's answer finds it again. */
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly to: BankAccount;
}

/** A batch as its provider is given it: the same each time, so that a file asked for twice is one to the bank. */
export interface Order {
  readonly id: string;
  readonly createdAt: Date;
  readonly currency: string;
  /** Minor units. */
  readonly total: number;
  readonly debtor: Debtor | null;
  readonly payments: readonly Payment[];
}

export interface PayoutFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export interface PayoutProvider {
  /** As it stands on batches and attempts. */
  readonly name: string;
  /** What a batch paid by this debtor can be had as. */
  formats(debtor: Debtor | null): readonly Format[];
  /** Why this payment cannot be made; undefined: it can. Asked before anything is given to the bank. */
  refusal(payment: Payment, debtor: Debtor | null): string | undefined;
  /** What a person takes to the bank, in one of its formats. */
  file(order: Order, format: Format): PayoutFile;
}
