import { Alert, List, Stack, Text } from '@mantine/core';
import { readSystem, type ServiceState, type SystemState } from '@rollcall/contracts/api/system';
import { useRead } from '../api/read.js';
import { listedOf } from '../office/listed.js';
import { Section } from '../office/section.js';
import { DataTable } from '../parts/data-table.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { Breakers } from './breakers.js';
import { Condition } from './condition.js';
import { needsOf } from './health.js';
import { Inbox, Outbox, Queue } from './waiting.js';

/** Milliseconds. The gateway looks at most each 2 s, and a silent service takes 2 s to be called so. */
const EVERY = 5_000;

/** How every service is at the moment. A tab that nobody sees does not ask. */
export default function Services() {
  const t = useWords('system');
  const system = useRead(readSystem, {}, { every: EVERY });
  return (
    <>
      <PageTitle words={t('services.words')}>{t('services.title')}</PageTitle>
      <Loaded from={system} rows={8}>
        {(state) => (
          <Stack>
            <Summary state={state} />
            <ServiceTable services={state.services} />
            <Section title={t('breakers.title')} words={t('breakers.words')}>
              <Breakers circuits={state.circuits} />
            </Section>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

function Summary({ state }: { readonly state: SystemState }) {
  const t = useWords('system');
  const when = useWhen();
  const needy = state.services
    .map(({ name, ...service }) => ({ name, needs: needsOf({ name, ...service }, state.circuits) }))
    .filter(({ needs }) => needs.length > 0);
  const isWell = needy.length === 0;
  return (
    <Stack gap={4}>
      <Alert
        role="status"
        color={isWell ? 'green' : 'red'}
        title={t(isWell ? 'services.well' : 'services.needed')}
        data-well={isWell}
      >
        {isWell ? (
          <Text size="sm">{t('services.wellWords')}</Text>
        ) : (
          <List size="sm">
            {needy.map(({ name, needs }) => (
              <List.Item key={name}>
                <strong>{name}</strong>: {needs.map((need) => t(`needs.${need}`)).join('; ')}
              </List.Item>
            ))}
          </List>
        )}
      </Alert>
      <Text size="sm" c="dimmed" className="numbers">
        {t('services.asOf', { at: when(state.at, 'seconds') })}
      </Text>
    </Stack>
  );
}

function ServiceTable({ services }: { readonly services: readonly ServiceState[] }) {
  const t = useWords('system');
  return (
    <DataTable
      label={t('services.title')}
      list={listedOf(services)}
      rowKey={({ name }) => name}
      empty={<EmptyState title={t('services.empty')} />}
      columns={[
        { key: 'name', title: t('services.service'), cell: ({ name }) => <strong>{name}</strong> },
        { key: 'replicas', title: t('services.replicas'), cell: (one) => <Replicas of={one} /> },
        { key: 'outbox', title: t('services.outbox'), cell: (one) => <Outbox of={one} /> },
        { key: 'inbox', title: t('services.inbox'), cell: (one) => <Inbox of={one} /> },
        { key: 'queue', title: t('services.queue'), cell: (one) => <Queue of={one} /> },
      ]}
    />
  );
}

function Replicas({ of: { name, replicas } }: { readonly of: ServiceState }) {
  const t = useWords('system');
  return (
    <Stack gap={6} data-replicas={name}>
      {replicas.map(({ address, state, version }) => (
        <div key={address}>
          <Condition of={state} /> {address}{' '}
          <Text size="sm" component="span" c="dimmed">
            {version === null ? t('services.noVersion') : t('services.version', { version })}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
