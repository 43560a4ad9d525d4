import { Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { correctAttendance, readSessionAttendance } from '@rollcall/contracts/api/attendance';
import { listReviews } from '@rollcall/contracts/api/reviews';
import { listAdminHolds, readSettlement } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { clockOf } from '../parts/duration.js';
import { useWords } from '../words/words.js';
import { instantOf, secondsOf, type Typed, typedOf } from './intervals.js';

type Seen = AnswerOf<typeof readSessionAttendance>['data'][number];

interface CorrectionProps {
  readonly sessionId: string;
  readonly startsAt: string | undefined;
  readonly scheduledSeconds: number;
  /** undefined: somebody who was not seen. */
  readonly person: Seen | undefined;
  readonly etag: string | undefined;
  readonly onClose: () => void;
  readonly onReload: () => void;
}

/** When one participant was in, set by hand: it replaces all that was seen of him. */
export function CorrectionDialog({ sessionId, startsAt, person, etag, ...rest }: CorrectionProps) {
  const t = useWords('admin');
  const say = useSay();
  const [userId, setUserId] = useState(person?.userId ?? '');
  const [rows, setRows] = useState<readonly Row[]>(() => rowsOf(person));
  const act = useAct(correctAttendance, {
    changes: [readSessionAttendance, readSettlement, listReviews, listAdminHolds],
    onDone: () => {
      say(t('correction.done'));
      rest.onClose();
    },
  });
  const send = (reason: string) => {
    const intervals = rows.map(({ from, to }) => ({ from: instantOf(from) ?? '', to: instantOf(to) ?? '' }));
    void act.run({
      params: { sessionId },
      body: { userId: userId.trim(), intervals, reason },
      ifMatch: etag,
    });
  };
  const seconds = secondsOf(rows, startsAt, rest.scheduledSeconds);
  const percent = Math.min(100, Math.floor((seconds * 10_000) / rest.scheduledSeconds) / 100);
  return (
    <ReasonDialog
      title={t('correction.title')}
      confirm={t('correction.save')}
      act={act}
      onSubmit={send}
      onClose={rest.onClose}
      onReload={rest.onReload}
    >
      <Text size="sm">{t('correction.words')}</Text>
      <TextInput
        label={t('correction.who')}
        description={t('correction.whoHint')}
        value={userId}
        onChange={({ currentTarget }) => setUserId(currentTarget.value)}
        readOnly={person !== undefined}
        error={act.fields.userId}
      />
      <Intervals rows={rows} onChange={setRows} fields={act.fields} startsAt={startsAt} />
      <Text size="sm" role="status">
        {rows.length === 0
          ? t('correction.never')
          : t('correction.preview', { time: clockOf(seconds), percent })}
      </Text>
    </ReasonDialog>
  );
}

interface Row extends Typed {
  readonly key: number;
}

const rowsOf = (person: Seen | undefined): Row[] =>
  (person?.intervals ?? []).map(({ from, to }, key) => ({ key, from: typedOf(from), to: typedOf(to) }));

interface IntervalsProps {
  readonly rows: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
  readonly fields: Readonly<Record<string, string>>;
  readonly startsAt: string | undefined;
}

/** The API takes a hundred at most. */
const MOST = 100;

function Intervals({ rows, onChange, fields, startsAt }: IntervalsProps) {
  const t = useWords('admin');
  const change = (key: number, changes: Partial<Typed>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...changes } : row)));
  const add = () => {
    const from = rows.at(-1)?.to ?? (startsAt === undefined ? '' : typedOf(startsAt));
    onChange([...rows, { key: Math.max(0, ...rows.map(({ key }) => key + 1)), from, to: from }]);
  };
  return (
    <Fieldset legend={t('correction.intervals')}>
      <Stack gap="xs">
        {rows.map(({ key, from, to }, index) => (
          <Group key={key} align="flex-end" gap="xs">
            <TextInput
              type="datetime-local"
              step={1}
              label={t('correction.from')}
              value={from}
              onChange={({ currentTarget }) => change(key, { from: currentTarget.value })}
              error={fields[`intervals.${index}.from`]}
            />
            <TextInput
              type="datetime-local"
              step={1}
              label={t('correction.to')}
              value={to}
              onChange={({ currentTarget }) => change(key, { to: currentTarget.value })}
              error={fields[`intervals.${index}.to`]}
            />
            <Button
              variant="default"
              onClick={() => onChange(rows.filter((row) => row.key !== key))}
              aria-label={t('correction.remove', { n: index + 1 })}
            >
              {t('remove')}
            </Button>
          </Group>
        ))}
        <Group>
          <Button variant="default" size="xs" onClick={add} disabled={rows.length >= MOST}>
            {t('correction.add')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
