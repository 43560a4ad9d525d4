import {
  ActionIcon,
  Box,
  Button,
  Group,
  Menu,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { Link } from 'react-router';
import { useLink } from '../live/live.js';
import { GlobeIcon, MoonIcon, SunIcon, UserIcon } from '../parts/icons.js';
import { signOut, useSession } from '../session/session.js';
import { LANGUAGES, type Language, useLanguage, useWords } from '../words/words.js';

export function LanguageSwitch() {
  const t = useWords('common');
  const { language, choose } = useLanguage();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('app.language')}>
          <GlobeIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            fw={code === language ? 700 : undefined}
            onClick={() => choose(code as Language)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function SchemeSwitch() {
  const t = useWords('common');
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t(`scheme.${other}`)}
      onClick={() => setColorScheme(other)}
    >
      {other === 'dark' ? <MoonIcon /> : <SunIcon />}
    </ActionIcon>
  );
}

/** Whether changes come by themselves. */
export function LinkMark() {
  const t = useWords('common');
  const link = useLink();
  if (link === 'starting') return null;
  const color = { open: 'green', broken: 'orange', absent: 'gray' }[link];
  return (
    <Tooltip label={t(`live.${link}`)} events={{ hover: true, focus: true, touch: true }}>
      <Box p={8} role="img" aria-label={t(`live.${link}`)} data-live={link} visibleFrom="xs">
        <Box w={8} h={8} bg={`${color}.6`} style={{ borderRadius: 8 }} />
      </Box>
    </Tooltip>
  );
}

export function AccountMenu() {
  const t = useWords('common');
  const session = useSession();
  if (session.status === 'unknown') return null;
  if (session.status === 'out') {
    return (
      <Group gap={4} wrap="nowrap">
        <Button component={Link} to="/account/login" variant="subtle">
          {t('account.signIn')}
        </Button>
        <Button component={Link} to="/account/register" visibleFrom="xs">
          {t('account.register')}
        </Button>
      </Group>
    );
  }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('account.menu')}>
          <UserIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} truncate>
            {session.user.name}
          </Text>
          <Text size="xs" truncate>
            {session.user.email}
          </Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/account/profile">
          {t('account.profile')}
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()}>{t('account.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
