import type { Knex } from 'knex';

/** A rotation nobody has worked on for this long was left by a process that is gone. */
const LEFT = '30 seconds';

/**
 * Takes up the rotation an operator has asked for; undefined where there is none for who seals by this key, or a replica
 * is at it. What was counted by one that is gone is counted anew.
 */
export async function takeRotation(
  tx: Knex.Transaction,
  keyId: string,
  now: Date,
): Promise<string | undefined> {
  const { rows } = await tx.raw(
    `update bank_key_rotations set key_id = :keyId, worked_at = :now, broken = 0
      where ended_at is null and (wanted_key is null or wanted_key = :keyId)
        and (worked_at is null or worked_at < :now::timestamptz - interval '${LEFT}')
      returning id`,
    { keyId, now },
  );
  return (rows as { id: string }[])[0]?.id;
}

export async function countRotated(
  tx: Knex.Transaction,
  id: string,
  { done, broken, now }: { done: number; broken: number; now: Date },
): Promise<void> {
  await tx.raw(
    `update bank_key_rotations set resealed = resealed + ?, broken = broken + ?, worked_at = ? where id = ?`,
    [done, broken, now, id],
  );
}

export async function endRotation(tx: Knex.Transaction, id: string, now: Date): Promise<void> {
  await tx('bank_key_rotations').where({ id }).update({ ended_at: now });
}
