import { notifications } from '@mantine/notifications';
import { useWords } from '../words/words.js';

/** Says in passing that something was done; its cross has a name. */
export function useSay(): (message: string) => void {
  const t = useWords('common');
  return (message) => {
    notifications.show({ message, closeButtonProps: { 'aria-label': t('close') } });
  };
}
