/** Wakes a loop that waits for work, or lets it not begin to wait. */
export interface Bell {
  ring(): void;
  /** Resolves when it is rung, or was since the last wait, or after so many milliseconds. */
  wait(atMost: number): Promise<void>;
}

export function createBell(): Bell {
  let wake: (() => void) | undefined;
  let rung = false;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (atMost: number) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMost);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
  };
}
