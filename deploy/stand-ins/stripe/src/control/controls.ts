/** The control surface: what the stand-in does on demand and Stripe does not offer. Over HTTP it is POST /_control/NAME. */
import type { Control, Controlled } from './control.js';
import { differenceControls, moneyControls } from './money.js';
import { wireControls } from './wire.js';

type Controls = typeof wireControls & typeof moneyControls & typeof differenceControls;

export const controls: Controls = { ...wireControls, ...moneyControls, ...differenceControls };

/** The same surface for tests in this process. What is wrong is thrown. */
export type ControlFunctions = {
  readonly [N in keyof Controls]: (
    input: Controls[N] extends Control<infer I, unknown> ? I : never,
  ) => ReturnType<Controls[N]['run']>;
};

export const controlFunctions = (controlled: Controlled): ControlFunctions =>
  Object.fromEntries(
    Object.entries(controls).map(([name, { run }]) => [name, (input: unknown) => run(controlled, input)]),
  ) as unknown as ControlFunctions;
