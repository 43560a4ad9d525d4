/** What the operator did or met that ends the command: printed as it stands, without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** 1: it did not come out as it should; 2: it was asked for wrongly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const misuse = (message: string) => new Refusal(message, 2);
