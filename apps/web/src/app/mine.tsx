import { ActionIcon, Box, Group, Menu, Text, Tooltip } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { Link } from 'react-router';
import { useLink } from '../live/live.js';
import { UserIcon } from '../parts/icons.js';
import { signOut, useUser } from '../session/session.js';
import { useWords } from '../words/words.js';

/** The header's part of who is signed in; a chunk of its own, for menus and notices are a tenth of the first load. */
export default function Mine() {
  return (
    <Group gap={4} wrap="nowrap">
      <LinkMark />
      <AccountMenu />
      <Notifications position="bottom-right" limit={4} />
    </Group>
  );
}

/** Whether changes come by themselves. */
function LinkMark() {
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

function AccountMenu() {
  const t = useWords('common');
  const user = useUser();
  if (user === undefined) return null;
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
            {user.name}
          </Text>
          <Text size="xs" truncate>
            {user.email}
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
