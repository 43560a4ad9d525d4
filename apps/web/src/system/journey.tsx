import { Alert, Badge, Code, Group, Stack, Text, Timeline, UnstyledButton } from '@mantine/core';
import type { Journey, JourneyEvent } from '@rollcall/contracts/api/system';
import { Facts } from '../office/facts.js';
import { shortId, WholeId } from '../office/ids.js';
import { EmptyState } from '../parts/states.js';
import { useWhen, When } from '../parts/when.js';
import { useLanguage, useWords } from '../words/words.js';

interface FoundProps {
  readonly journey: Journey;
  /** Looks for another id. */
  readonly onFollow: (id: string) => void;
}

/** What was found, where it was looked for, and what may be missing. */
export function Found({ journey, onFollow }: FoundProps) {
  const t = useWords('system');
  const when = useWhen();
  const { id, events, from, to, missing, truncated, keptDays } = journey;
  const span = { from: when(from), to: when(to) };
  return (
    <Stack data-journey={id}>
      {missing.length > 0 && (
        <Alert role="status" color="orange" title={t('journeys.missing')} data-missing={missing.join(' ')}>
          {t('journeys.missingWords', { services: missing.join(', ') })}
        </Alert>
      )}
      {truncated && (
        <Alert role="status" color="orange" title={t('journeys.truncated')}>
          {t('journeys.truncatedWords')}
        </Alert>
      )}
      {events.length === 0 ? (
        <EmptyState title={t('journeys.empty')} words={t('journeys.emptyWords', { ...span, keptDays })} />
      ) : (
        <>
          <Text size="sm" c="dimmed">
            {t('journeys.found', { count: events.length, ...span })}
          </Text>
          <Events events={events} lookedFor={id} onFollow={onFollow} />
        </>
      )}
    </Stack>
  );
}

interface EventsProps {
  readonly events: readonly JourneyEvent[];
  readonly lookedFor: string;
  readonly onFollow: (id: string) => void;
}

function Events({ events, lookedFor, onFollow }: EventsProps) {
  const t = useWords('system');
  const begun = Date.parse(events[0]?.at ?? '');
  return (
    <Timeline
      active={events.length}
      bulletSize={16}
      lineWidth={2}
      role="list"
      aria-label={t('journeys.events')}
    >
      {events.map((event) => (
        <Timeline.Item
          key={event.id}
          role="listitem"
          lineVariant={event.published ? 'solid' : 'dashed'}
          title={<Heading event={event} begun={begun} />}
        >
          <Facts
            of={[
              [t('journeys.service'), event.service],
              [
                t('journeys.subject'),
                <Follow key="subject" id={event.subject} {...{ lookedFor, onFollow }} />,
              ],
              [
                t('journeys.correlation'),
                <Follow key="correlation" id={event.correlationId} {...{ lookedFor, onFollow }} />,
              ],
              [t('journeys.cause'), causeOf(event, events)],
            ]}
          />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** The event it came of, by its type where it is on the page; null: none. */
function causeOf({ causationId }: JourneyEvent, events: readonly JourneyEvent[]): string | null {
  if (causationId === null) return null;
  return events.find(({ id }) => id === causationId)?.type ?? shortId(causationId);
}

interface HeadingProps {
  readonly event: JourneyEvent;
  /** Milliseconds since 1970: when the first of them was. */
  readonly begun: number;
}

function Heading({ event: { type, at, published }, begun }: HeadingProps) {
  const t = useWords('system');
  const { locale } = useLanguage();
  const later = new Intl.NumberFormat(locale, {
    ...{ style: 'unit', unit: 'second', signDisplay: 'always' },
    ...{ minimumFractionDigits: 3, maximumFractionDigits: 3 },
  });
  return (
    <Group gap="xs">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {type}
      </Text>
      {!published && (
        <Badge variant="light" color="orange" tt="none">
          {t('journeys.unpublished')}
        </Badge>
      )}
      <Text size="sm" c="dimmed" className="numbers">
        <When at={at} as="seconds" /> · {later.format((Date.parse(at) - begun) / 1000)}
      </Text>
    </Group>
  );
}

interface FollowProps {
  readonly id: string;
  readonly lookedFor: string;
  readonly onFollow: (id: string) => void;
}

/** An id to copy, or to look for in its turn; the one looked for needs neither. */
function Follow({ id, lookedFor, onFollow }: FollowProps) {
  const t = useWords('system');
  if (id === lookedFor) return <Code style={{ overflowWrap: 'anywhere' }}>{id}</Code>;
  return (
    <Group gap="xs">
      <WholeId id={id} />
      <UnstyledButton onClick={() => onFollow(id)} aria-label={`${t('journeys.follow')} ${shortId(id)}`}>
        <Text span size="xs" td="underline">
          {t('journeys.follow')}
        </Text>
      </UnstyledButton>
    </Group>
  );
}
