import type { Database } from '@rollcall/kit/database';
import type { FeedPage } from './domain/feed-page.js';

/** One statement, so that rows and head are of one moment. */
const PAGE = `
  select feed_floor.id as floor, greatest(feed_floor.id, (select max(id) from feed)) as head, row.*
    from feed_floor
    left join lateral (
      select id, user_id as "userId", resource, resource_id as "resourceId", type, session_id as "sessionId",
             course_id as "courseId", at
        from feed where id > :after and (CONDITION) order by id limit :most) as row on true
   order by row.id`;
const OF_ALL = PAGE.replace('CONDITION', 'true');
const OF_USER = PAGE.replace('CONDITION', 'user_id = :userId');

/** What everybody was told after this id, in order. */
export const feedAfter = (db: Database, after: number, most: number): Promise<FeedPage> =>
  pageOf(db, OF_ALL, { after, most });

/** What one user was told after this id, in order. */
export const feedOf = (
  db: Database,
  userId: string,
  { after, most }: { after: number; most: number },
): Promise<FeedPage> => pageOf(db, OF_USER, { userId, after, most });

async function pageOf(
  db: Database,
  statement: string,
  values: Readonly<Record<string, string | number>>,
): Promise<FeedPage> {
  const { rows } = await db.raw(statement, values);
  const [{ floor, head }] = rows;
  return { floor, head, rows: rows.filter(({ id }: { id: number | null }) => id !== null) };
}
