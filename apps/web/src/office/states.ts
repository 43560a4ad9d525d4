import { useTranslation } from 'react-i18next';

/** States of the API's as a filter offers them, in the words their badges have. */
export function useStates() {
  const { t } = useTranslation('common');
  return (states: readonly string[]) =>
    states.map((value) => ({
      value,
      label: String(
        t(`states.${value}` as 'states.active', { defaultValue: value.replaceAll(/[_-]/g, ' ') }),
      ),
    }));
}
