import {
  ActionIcon,
  Button,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { Link } from 'react-router';
import { GlobeIcon, MoonIcon, SunIcon } from '../parts/icons.js';
import { LANGUAGES, type Language, useLanguage, useWords } from '../words/words.js';

/** There are two languages: one press leads to the other, by its own name. */
export function LanguageSwitch() {
  const { language, choose } = useLanguage();
  const other: Language = language === 'en' ? 'uk' : 'en';
  return (
    <Button
      variant="subtle"
      color="gray"
      px="xs"
      lang={other}
      aria-label={LANGUAGES[other]}
      onClick={() => choose(other)}
    >
      <GlobeIcon />
      <Text span size="sm" ms={6}>
        {other === 'uk' ? 'УКР' : 'ENG'}
      </Text>
    </Button>
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

/** What stands there for who is not signed in. */
export function SignInLinks() {
  const t = useWords('common');
  return (
    <Group gap={4} wrap="nowrap">
      <Button component={Link} to="/account/login" variant="subtle" px="xs">
        {t('account.signIn')}
      </Button>
      <Button component={Link} to="/account/register" visibleFrom="xs">
        {t('account.register')}
      </Button>
    </Group>
  );
}
