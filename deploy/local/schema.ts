import { launch } from './launcher.js';
import { runJest, testDir, testEnvironment } from './run-jest.js';

/** Writes every service's schema.sql from its migrations: the tests that compare them do, when told to. */
export const main = (): Promise<number> =>
  launch(
    async (run) => {
      const env = await testEnvironment(run);
      return runJest(run, { ...env, UPDATE_SCHEMA: '1' }, ['services/[a-z]+/test/schema.test.ts']);
    },
    { dir: testDir },
  );
