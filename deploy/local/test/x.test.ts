import { expect, test } from '@jest/globals';
import pg from 'pg';
test('x', async () => { const c = new pg.Client(process.env.TEST_DATABASE_URL); await c.connect(); expect((await c.query('select 1 as a')).rows[0].a).toBe(1); await c.end(); });
