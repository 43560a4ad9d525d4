import { Anchor, AppShell, Burger, Button, Group, NavLink, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { useLive } from '../live/live.js';
import { BookIcon } from '../parts/icons.js';
import { useRenewal } from '../session/only-for.js';
import { useSession, useUser } from '../session/session.js';
import { useLanguage, useWords } from '../words/words.js';
import { Catch, Reload } from './crash.js';
import { LanguageSwitch, SchemeSwitch, SignInLinks } from './header.js';
import { menus } from './nav.js';

const Mine = lazy(() => import('./mine.js'));

/** The frame of every page: header, the menu of one's roles, and the page. */
export function Shell() {
  const t = useWords('common');
  const session = useSession();
  const { pathname } = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure();
  useRenewal(session.status === 'unknown');
  useLive();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes as one goes elsewhere
  useEffect(close, [pathname]);
  const isIn = session.status === 'in';
  return (
    <AppShell
      header={{ height: 60 }}
      navbar={isIn ? { width: 248, breakpoint: 'md', collapsed: { mobile: !isOpen } } : undefined}
      padding="md"
    >
      <AppShell.Header>
        <a className="skip-link" href="#content">
          {t('app.skip')}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm">
            {isIn && (
              <Burger opened={isOpen} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('app.menu')} />
            )}
            <Brand />
            <Button
              component={Link}
              to="/courses"
              variant="subtle"
              leftSection={<BookIcon />}
              visibleFrom="sm"
            >
              {t('nav.courses')}
            </Button>
          </Group>
          <Group wrap="nowrap" gap={4}>
            <LanguageSwitch />
            <SchemeSwitch />
            {session.status === 'out' && <SignInLinks />}
            {isIn && (
              <Catch place={pathname} instead={<Reload size="compact-xs" />}>
                <Suspense>
                  <Mine />
                </Suspense>
              </Catch>
            )}
          </Group>
        </Group>
      </AppShell.Header>
      {isIn && (
        <AppShell.Navbar aria-label={t('app.areas')}>
          <Menus pathname={pathname} />
        </AppShell.Navbar>
      )}
      <AppShell.Main id="content">
        <Catch place={pathname}>
          <Outlet />
        </Catch>
      </AppShell.Main>
    </AppShell>
  );
}

function Brand() {
  const t = useWords('common');
  return (
    <Anchor component={Link} to="/" underline="never" c="inherit" aria-label={t('app.home')}>
      <Group gap={8} wrap="nowrap">
        <img src="/icon.svg" alt="" width={28} height={28} />
        <Text fw={700} size="lg" visibleFrom="xs">
          Rollcall
        </Text>
      </Group>
    </Anchor>
  );
}

function Menus({ pathname }: { readonly pathname: string }) {
  const t = useWords('common');
  const { language } = useLanguage();
  const roles = useUser()?.roles ?? [];
  const mine = menus.filter((menu) => menu.roles.some((role) => roles.includes(role)));
  const here = mine
    .flatMap(({ items }) => items)
    .filter(({ path }) => pathname === path || pathname.startsWith(`${path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return (
    <ScrollArea p="xs" type="auto">
      <NavLink
        component={Link}
        to="/courses"
        label={t('nav.courses')}
        leftSection={<BookIcon />}
        hiddenFrom="sm"
      />
      {mine.map(({ area, items }) => (
        <div key={area}>
          <Text size="xs" fw={700} c="dimmed" px="sm" pt="sm" pb={4}>
            {t(`areas.${area}`)}
          </Text>
          {items.map((item) => (
            <NavLink
              key={item.path}
              component={Link}
              to={item.path}
              label={item.label[language]}
              leftSection={<item.icon />}
              active={item === here}
              aria-current={item === here ? 'page' : undefined}
            />
          ))}
        </div>
      ))}
    </ScrollArea>
  );
}
