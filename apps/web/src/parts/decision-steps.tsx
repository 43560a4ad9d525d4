import { List } from '@mantine/core';
import { useLanguage } from '../words/words.js';
import { stepIn } from './step.js';

/** Every step of a sum, in its order. */
export function DecisionSteps({ steps }: { readonly steps: readonly string[] }) {
  const { language, locale } = useLanguage();
  return (
    <List type="ordered" size="sm" spacing="xs">
      {steps.map((step) => (
        <List.Item key={step}>{stepIn(step, language, locale)}</List.Item>
      ))}
    </List>
  );
}
