/** A pause that ends when its time is over, or earlier, once there is no more need of it. */
export interface Pause {
  take(milliseconds: number): Promise<void>;
  /** Something has changed: it may not be needed any more. */
  look(): void;
}

export function createPause(isNeeded: () => boolean): Pause {
  let end: (() => void) | undefined;
  return {
    take: async (milliseconds: number) => {
      if (milliseconds <= 0 || !isNeeded()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      end = undefined;
    },
    look: () => {
      if (end !== undefined && !isNeeded()) end();
    },
  };
}
