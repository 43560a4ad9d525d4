import { expect, test } from '@jest/globals';
import { schemas } from '@rollcall/kit/testing';

test('schema.sql is what the migrations make; npm run schema writes it anew', async () => {
  const { made, written } = await schemas(new URL('../', import.meta.url));
  expect(written).toBe(made);
});
