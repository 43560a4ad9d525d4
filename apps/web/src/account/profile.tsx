import { Button, CopyButton, Group, Paper, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { resendVerification, updateMe } from '@rollcall/contracts/api/identity';
import type { ReactNode } from 'react';
import { useAct } from '../api/act.js';
import { useRun } from '../api/run.js';
import { Form, FormError, useFieldErrors } from '../parts/form.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { signOutEverywhere, userChanged, useUser } from '../session/session.js';
import { LANGUAGES, useWords } from '../words/words.js';
import { PasswordForm } from './password-form.js';

export default function ProfilePage() {
  const t = useWords('account');
  return (
    <Stack maw={640} mx="auto">
      <PageTitle>{t('profile.title')}</PageTitle>
      <Part title={t('profile.mine')}>
        <AboutForm />
      </Part>
      <Part title={t('email')}>
        <Address />
      </Part>
      <Part title={t('profile.code')}>
        <Code />
      </Part>
      <Part title={t('profile.passwordTitle')}>
        <PasswordForm />
      </Part>
      <Part title={t('profile.devices')}>
        <Devices />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper component="section" withBorder p="lg">
      <Title order={2} size="h4" mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

const ZONES = Intl.supportedValuesOf('timeZone');

function AboutForm() {
  const t = useWords('account');
  const user = useUser()!;
  const form = useForm({ initialValues: { name: user.name, locale: user.locale, timeZone: user.timeZone } });
  const act = useAct(updateMe, {
    onDone: ({ body }) => {
      userChanged(body);
      notifications.show({ message: t('profile.saved') });
    },
  });
  useFieldErrors(form, act.error);
  const languages = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label: label as string }));
  if (!(user.locale in LANGUAGES)) languages.push({ value: user.locale, label: user.locale });
  return (
    <Form
      onSubmit={form.onSubmit((body) => void act.run({ body }))}
      error={act.error}
      isRunning={act.isRunning}
      submit={t('profile.save')}
    >
      <TextInput label={t('name')} autoComplete="name" required {...form.getInputProps('name')} />
      <Select
        label={t('profile.locale')}
        data={languages}
        allowDeselect={false}
        {...form.getInputProps('locale')}
      />
      <Select
        label={t('profile.timeZone')}
        data={ZONES.includes(user.timeZone) ? ZONES : [user.timeZone, ...ZONES]}
        searchable
        allowDeselect={false}
        limit={50}
        {...form.getInputProps('timeZone')}
      />
      <Group gap="xs">
        <Text size="sm">{t('profile.roles')}:</Text>
        {user.roles.map((role) => (
          <StateBadge key={role} state={role} />
        ))}
      </Group>
    </Form>
  );
}

function Address() {
  const t = useWords('account');
  const user = useUser()!;
  const act = useAct(resendVerification, {
    onDone: () => notifications.show({ message: t('profile.resent') }),
  });
  return (
    <Stack gap="sm">
      <Group>
        <Text style={{ overflowWrap: 'anywhere' }}>{user.email}</Text>
        <Text size="sm" c="dimmed">
          {user.emailVerified ? t('profile.verified') : t('profile.notVerified')}
        </Text>
        {!user.emailVerified && (
          <Button variant="default" size="xs" loading={act.isRunning} onClick={() => void act.run({})}>
            {t('profile.resend')}
          </Button>
        )}
      </Group>
      <FormError error={act.error} />
    </Stack>
  );
}

function Code() {
  const t = useWords('account');
  const user = useUser()!;
  return (
    <Group justify="space-between">
      <div>
        <Text fw={600} ff="monospace">
          {user.referralCode}
        </Text>
        <Text size="sm" c="dimmed">
          {t('profile.codeWords')}
        </Text>
      </div>
      <CopyButton value={user.referralCode}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? t('profile.copied') : t('profile.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

function Devices() {
  const t = useWords('account');
  const { run, isRunning, error } = useRun(signOutEverywhere);
  return (
    <Stack align="flex-start">
      <Text>{t('profile.devicesWords')}</Text>
      <FormError error={error} />
      <Button color="red" variant="light" loading={isRunning} onClick={() => void run()}>
        {t('profile.everywhere')}
      </Button>
    </Stack>
  );
}
