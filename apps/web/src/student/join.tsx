import { Alert, Button, Stack, Text } from '@mantine/core';
import { joinSession, readRoom } from '@rollcall/contracts/api/attendance';
import { readCourse } from '@rollcall/contracts/api/enrollment';
import { lazy, Suspense, useState } from 'react';
import { useParams } from 'react-router';
import { api } from '../api/client.js';
import { useRead } from '../api/read.js';
import { useRun } from '../api/run.js';
import { FormError } from '../parts/form.js';
import { PageTitle } from '../parts/page-title.js';
import { LoadingState } from '../parts/states.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';
import type { Outside } from './room.js';
import { Simulator } from './simulator.js';
import { answers } from './video-server.js';

const Room = lazy(() => import('./room.js'));

interface Door {
  readonly url: string;
  readonly token: string;
  readonly isThere: boolean;
}

export function JoinPage() {
  const t = useWords('student');
  const when = useWhen();
  const { courseId = '', sessionId = '' } = useParams();
  const { data: course } = useRead(readCourse, { params: { courseId } });
  const { data: room } = useRead(readRoom, { params: { sessionId } });
  const session = course?.sessions.find(({ id }) => id === sessionId);
  const [door, setDoor] = useState<Door>();
  const [outside, setOutside] = useState<Outside>();
  const enter = useRun(async () => {
    setOutside(undefined);
    const { body } = await api.call(joinSession, { params: { sessionId } });
    setDoor({ ...body, isThere: await answers(body.url) });
  });
  return (
    <Stack maw={door?.isThere ? undefined : 720} mx="auto">
      <PageTitle words={session && `${course?.title} · ${when(session.startsAt)}`}>
        {session?.title ?? t('join.title')}
      </PageTitle>
      {door === undefined && (
        <>
          <Text>{t('join.words')}</Text>
          {room && (
            <Text>{t('join.open', { opensAt: when(room.opensAt), closesAt: when(room.closesAt) })}</Text>
          )}
          {outside && (
            <Alert role="status" color={outside === 'over' ? 'gray' : 'orange'}>
              {t(`join.outside.${outside}`)}
            </Alert>
          )}
          <FormError error={enter.error} />
          <Button
            onClick={() => void enter.run()}
            loading={enter.isRunning}
            style={{ alignSelf: 'flex-start' }}
          >
            {t('join.enter')}
          </Button>
        </>
      )}
      {door?.isThere && (
        <Suspense fallback={<LoadingState />}>
          <Room
            url={door.url}
            token={door.token}
            onLeave={(why) => {
              setDoor(undefined);
              setOutside(why);
            }}
          />
        </Suspense>
      )}
      {door?.isThere === false && <NoServer url={door.url} retry={() => void enter.run()} />}
      {room?.isPlayable && course && !door?.isThere && <Simulator course={course} sessionId={sessionId} />}
    </Stack>
  );
}

interface NoServerProps {
  readonly url: string;
  readonly retry: () => void;
}

/** One is let in, but no video server answers: how it would go. */
function NoServer({ url, retry }: NoServerProps) {
  const t = useWords('student');
  return (
    <Alert color="orange" title={t('join.noServer')}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('join.noServerWords', { url })}</Text>
        <Button size="xs" variant="default" onClick={retry}>
          {t('join.retry')}
        </Button>
      </Stack>
    </Alert>
  );
}
